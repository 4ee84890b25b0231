package extract

func (w *work) rtf(c content, head []byte, whole bool) error { return w.text(c, head, whole) }
