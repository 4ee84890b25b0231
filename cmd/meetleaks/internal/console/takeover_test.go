package console

import (
	"net/http"
	"testing"
)

// Whoever was signed in stays so when another service takes over, and nobody else gets in.
func TestSessionsGoOnInTheNextConsole(t *testing.T) {
	before, next := newRig(t), newRig(t)
	v := signedIn(t, before)
	next.TakeOver(before.Console)
	v.r = next
	v.get("/ledger", http.StatusOK)
	if rec := newVisitor(t, next).do(http.MethodGet, "/ledger", nil); rec.Code == http.StatusOK {
		t.Error("a stranger gets in")
	}
}
