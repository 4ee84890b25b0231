package hook

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

const maxAuthority = 512 // bytes: punycode takes time that grows with the square

// hostOf is the host of an http or https URI as documents have it: lower case, in ASCII, without a port; "" of other URIs. What
// stands behind the host need not be well formed.
func hostOf(uri string) (string, error) {
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return "", nil
	}
	if end := strings.IndexAny(rest, `/?#\`); end >= 0 {
		rest = rest[:end]
	}
	if len(rest) > maxAuthority || strings.Contains(rest, "@") { // a name before the host is there to mislead
		return "", errHost
	}
	u, err := url.Parse("https://" + rest)
	if err != nil || u.Hostname() == "" {
		return "", errHost
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if strings.Contains(host, ":") { // an IPv6 address
		return host, nil
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		// Names with an underscore are no names of hosts, but there are pages on them.
		if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			return "", errHost
		}
		return host, nil
	}
	return ascii, nil
}
