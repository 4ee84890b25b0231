package fetch

import (
	"errors"
	"net/http"
)

var errRedirects = errors.New("too many redirects")

// CheckRedirect judges where a server wants a client to go, before anything is sent there; it fits http.Client. RoundTrip judges
// the same again. Errors are of type *Error.
func (c *Client) CheckRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > c.limits.Redirects {
		return c.refusal(Redirects, req.URL, errRedirects)
	}
	req.Header.Del("Referer")
	return c.Admit(req.URL)
}
