package extract

func (w *work) inChild(c content, k kind) error {
	w.report(c.uri, policy("this kind is not read yet: "+k.media))
	return nil
}
