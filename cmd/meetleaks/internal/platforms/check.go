package platforms

import "meetleaks/scanner/meetings/zoom"

// Zoom is the client of an organisation's Zoom account, for whoever looks whether it can be asked; nil when it has none.
func (a *Accounts) Zoom(org string) *zoom.Client {
	c, _ := a.clients[org]["zoom"].(*zoom.Client)
	return c
}
