package slack

import (
	"strings"

	"meetleaks/notify"
)

// place is where a message stands.
type place struct{ channel, ts string }

const receiptPrefix = "slack1"

func (p place) receipt() notify.Receipt {
	return notify.Receipt(receiptPrefix + ":" + p.channel + ":" + p.ts)
}

func (p place) valid() bool { return validID(p.channel) && validTS(p.ts) }

// parseReceipt reads what [place.receipt] wrote. A receipt of another channel, or a broken one, is Gone: the message cannot be
// found again, and sending anew is right.
func parseReceipt(r notify.Receipt) (place, error) {
	prefix, rest, _ := strings.Cut(string(r), ":")
	var p place
	p.channel, p.ts, _ = strings.Cut(rest, ":")
	if prefix != receiptPrefix || !p.valid() {
		return place{}, &notify.Error{Class: notify.Gone, Reason: "bad-receipt"}
	}
	return p, nil
}

// validTS says whether s is a message's time: digits, a dot, digits.
func validTS(s string) bool {
	whole, part, ok := strings.Cut(s, ".")
	return ok && len(s) <= 32 && digits(whole) && digits(part)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
