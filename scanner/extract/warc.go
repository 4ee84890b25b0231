package extract

func (w *work) warc(c content) error { return nil }
