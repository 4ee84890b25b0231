package extract

func isMbox(start []byte) bool { return false }

func isMail(start []byte, c content) bool { return looksLikeMail(start) }

func (w *work) mail(c content, head []byte, whole bool) error { return w.text(c, head, whole) }

func (w *work) mbox(c content) error { return nil }
