package console

// TakeOver lets the sessions of another console go on in this one: nobody has to sign in again because the service behind the pages is
// another one now. It is called before the first request.
func (c *Console) TakeOver(from *Console) {
	c.web.sessions, c.web.door = from.web.sessions, from.web.door
}
