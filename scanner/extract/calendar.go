package extract

func (w *work) calendar(c content, head []byte, whole bool) error { return w.text(c, head, whole) }
