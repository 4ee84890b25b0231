package extract

func isHTML(start []byte, c content) bool {
	return hasPrefixFold(start, "<!doctype html") || hasPrefixFold(start, "<html")
}

func (w *work) html(c content, head []byte, whole bool) error { return w.text(c, head, whole) }
