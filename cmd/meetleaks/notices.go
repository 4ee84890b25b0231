package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// noticeBound is how long a card waits for the store to say whether its reader has had the notice.
const noticeBound = 2 * time.Second

// notices see to it that each person is told once why they are told, with the first card or announcement that they get. Who has had the
// notice is remembered in the store's memory of items, so that restarts and other processes know, under a fingerprint of 64 bits of an
// HMAC of organisation and address: no name, nothing that could be counted by person. It is remembered anew with each card, for
// [scanner.ItemsKept] at least and [scanner.ItemsKeptMost] at most (30 and 45 days) after the last: who gets none for so long gets the
// notice again. So it comes again, too, when the store does not answer, when a crash came between, or with two first cards that
// are sent at once: a repeat is better than a loss.
//
// A nil *notices has nothing to say. It is safe for concurrent use.
type notices struct {
	lines []string
	items scanner.Items
	key   []byte
	log   *slog.Logger
}

// newNotices makes them of the configuration; nil when it has no notice. Index is the deployment's index key.
func newNotices(p config.Privacy, index []byte, items scanner.Items, log *slog.Logger) (*notices, error) {
	lines := privacyNotice(p)
	if len(lines) == 0 {
		return nil, nil //nolint:nilnil // a nil one is documented to have nothing to say
	}
	key, err := keyFor(index, labelNotice)
	if err != nil {
		return nil, err
	}
	return &notices{lines: lines, items: items, key: key, log: log}, nil
}

// all is the notice, whoever has had it.
func (n *notices) all() []string {
	if n == nil {
		return nil
	}
	return n.lines
}

// owed is the notice when a person has not had it yet, as far as is known; else nil.
func (n *notices) owed(ctx context.Context, org, email string) []string {
	if n == nil || email == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, noticeBound)
	defer cancel()
	seen, err := n.items.SeenItems(ctx, []uint64{n.print(org, email)})
	if err == nil && seen[0] {
		return nil
	}
	if err != nil {
		n.log.Warn("it is not known who has had the privacy notice: it goes out with this alert", "error", err)
	}
	return n.lines
}

// told remembers that a person has had the notice, with this message or an earlier one. That it could not is logged only: the message
// was accepted.
func (n *notices) told(ctx context.Context, org, email string) {
	if err := n.remember(ctx, org, email); err != nil {
		n.log.Warn("a privacy notice may come twice", "error", err)
	}
}

// remember is told with its error.
func (n *notices) remember(ctx context.Context, org, email string) error {
	if n == nil || email == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, noticeBound)
	defer cancel()
	if err := n.items.RememberItems(ctx, []uint64{n.print(org, email)}); err != nil {
		return fmt.Errorf("remember a notice: %w", err)
	}
	return nil
}

// print is the fingerprint of a person of an organisation.
func (n *notices) print(org, email string) uint64 {
	sum := hmac.New(sha256.New, n.key)
	sum.Write([]byte("notice\x00" + org + "\x00" + strings.ToLower(strings.TrimSpace(email))))
	return binary.BigEndian.Uint64(sum.Sum(nil))
}

// usualPurpose stands in the notice when privacy: names no purpose.
const usualPurpose = "links to meetings of your organisation that stand in public are looked for, so that their hosts can secure them."

// privacyNotice is what people are told of privacy, from privacy: in the configuration, a line each; nil when nothing is set there.
func privacyNotice(p config.Privacy) []string {
	if p == (config.Privacy{}) {
		return nil
	}
	if p.Purpose == "" {
		p.Purpose = usualPurpose
	}
	lines := []string{"Why you get this: " + p.Purpose}
	if p.Authority != "" {
		lines = append(lines, "On the ground of: "+p.Authority)
	}
	if p.Contact != "" {
		lines = append(lines, "Questions and objections: "+p.Contact)
	}
	return lines
}
