package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"

	"meetleaks/notify"
)

const (
	receiptMark = "mail1:"
	idBytes     = 16
	maxReceipt  = 240 // of the 256 that a receipt may have, so that the channel's name fits before it
	maxRecent   = 4096
)

// messageID is the left part of the Message-ID: the same for the same words, whoever makes it.
func messageID(parts ...string) string {
	sum := sha256.Sum256([]byte("meetleaks mail v1\x00" + strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:idBytes])
}

// makeReceipt is the message's id, and who got it, sealed: later messages go there. The same in, the same out. "mail1:ID:" where an
// address is too long.
func (c *Channel) makeReceipt(id, address string) notify.Receipt {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte("nonce\x00" + id + "\x00" + address))
	nonce := mac.Sum(nil)[:chacha20poly1305.NonceSizeX]
	sealed := c.seal.Seal(nonce, nonce, []byte(address), []byte(id))
	r := receiptMark + id + ":" + base64.RawURLEncoding.EncodeToString(sealed)
	if len(r) > maxReceipt {
		r = receiptMark + id + ":"
	}
	return notify.Receipt(r)
}

// receiptID reads the message's id out of a receipt, "" of anything else.
func receiptID(r notify.Receipt) string {
	rest, ok := strings.CutPrefix(string(r), receiptMark)
	id, _, cut := strings.Cut(rest, ":")
	if !ok || !cut || len(r) > maxReceipt || len(id) != 2*idBytes || strings.Trim(id, "0123456789abcdef") != "" {
		return ""
	}
	return id
}

// openReceipt reads what makeReceipt made.
func (c *Channel) openReceipt(r notify.Receipt) (id, address string, ok bool) {
	id = receiptID(r)
	if id == "" {
		return "", "", false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(string(r)[len(receiptMark)+len(id)+1:])
	if err != nil || len(sealed) < chacha20poly1305.NonceSizeX {
		return "", "", false
	}
	plain, err := c.seal.Open(nil, sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:], []byte(id))
	if err != nil {
		return "", "", false
	}
	address, ok = cleanAddress(string(plain))
	return id, address, ok
}

// recent remembers the last maxRecent messages that were accepted, so that a repeat within the process is not sent. It is safe for
// concurrent use.
type recent struct {
	mu   sync.Mutex
	ids  map[string]bool
	ring []string
	next int
}

func newRecent() *recent { return &recent{ids: make(map[string]bool)} }

func (r *recent) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ids[id]
}

func (r *recent) add(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids[id] {
		return
	}
	r.ids[id] = true
	if len(r.ring) < maxRecent {
		r.ring = append(r.ring, id)
		return
	}
	delete(r.ids, r.ring[r.next])
	r.ring[r.next] = id
	r.next = (r.next + 1) % maxRecent
}
