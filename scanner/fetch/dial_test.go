package fetch

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// A name of one label with a dot behind it is not in the system's table of hosts, as Go reads it: what the list allows by such
// a name must be found all the same, whatever the name server says.
func TestANameOfOneLabelIsLookedForInTheTableOfHosts(t *testing.T) {
	server := newServer(t, func(http.ResponseWriter, *http.Request) {})
	nobody := newResolver(t, func(string, int) []netip.Addr { return nil })
	d := &dialler{resolver: nobody, timeout: 5 * time.Second}
	at, err := d.resolve(t.Context(), strings.Replace(authorityOfServer(t, server), "127.0.0.1", "localhost", 1))
	if err != nil || !at[0].Addr().IsLoopback() {
		t.Errorf("%v, %v", at, err)
	}
	if at, err := d.resolve(t.Context(), "nosuchname:80"); err == nil {
		t.Errorf("a name that nobody knows: %v", at)
	}
}
