package unwrap

import "strings"

// outlookRedirect reads the redirect that Outlook on the web put before links in mail: /owa/redir.aspx?C=…&URL=<url>.
// Elsewhere on the host it is no wrapper.
func outlookRedirect() Wrapper {
	hosts := []string{"outlook.office365.com", "outlook.office.com", "outlook.live.com", "outlook.com"}
	docs := "seen in public mail archives"
	return on("outlook-redirect", hosts, docs, func(a address) (Layer, bool) {
		if !strings.HasSuffix(strings.ToLower(a.path), "/redir.aspx") {
			return Layer{}, false
		}
		return to(a.target([]string{"URL"}, []string{"C", "REF", "SURL"})), true
	})
}
