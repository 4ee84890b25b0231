package extract

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// Outlook wraps text, invitations and attachments for its like into one part, winmail.dat (Microsoft's [MS-OXTNEF]). All
// texts in it are read, whatever they are called, since the place of a meeting has no fixed name; attachments are
// documents of their own. What is not understood is given as it is.

var errTNEF = errors.New("broken winmail.dat: from where it is broken it was read as it is")

// The attributes and properties that are more than texts.
const (
	tnefMark       = "\x78\x9f\x3e\x22"
	tnefHead       = 6 // the mark and a key
	attrHead       = 9 // level, number, length
	attrTitle      = 0x00018010
	attrData       = 0x0006800f
	attrProps      = 0x00069003
	attrAttachment = 0x00069005
	propHTML       = 0x1013
	propRTF        = 0x1009
	propObject     = 0x3701
	maxTNEFInTNEF  = 3
)

// isTNEF says whether a part is such a wrapping.
func isTNEF(media, name string) bool {
	return media == "application/ms-tnef" || media == "application/vnd.ms-tnef" || strings.EqualFold(name, "winmail.dat")
}

// tnefReader is the reading of one.
type tnefReader struct {
	m     *mail
	name  string
	text  []byte // all texts that are neither HTML nor RTF
	title string // of the attachment whose data come next
}

// tnef reads a wrapping. One that is larger than a text may be is only handed on as it is.
func (m *mail) tnef(name string, r io.Reader) error {
	room := min(maxMailText, max(m.budget.Spool-m.budget.spooled, 0)/4)
	body, err := io.ReadAll(io.LimitReader(r, room))
	if int64(len(body)) == room && err == nil {
		m.report(m.c.uri, policy("a large winmail.dat was read as it is"))
		return m.attachment(name, "", io.MultiReader(bytes.NewReader(body), r))
	}
	m.charge(2 * len(body))
	t := &tnefReader{m: m, name: orElse(name, "winmail.dat")}
	if err := t.attributes(body, 0); err != nil {
		return err
	}
	if len(bytes.TrimSpace(t.text)) == 0 {
		return m.ctx.Err()
	}
	return plainText{}.add(m, m.part(t.name), t.text)
}

// say adds a text.
func (t *tnefReader) say(text []byte) {
	t.text = append(append(t.text, text...), "\n\n"...)
}

// broken gives what is not understood as it is.
func (t *tnefReader) broken(rest []byte) error {
	t.m.report(t.m.c.uri, errTNEF)
	t.say(rest)
	return t.m.ctx.Err()
}

// attributes reads the attributes one after the other.
func (t *tnefReader) attributes(b []byte, level int) error {
	if len(b) < tnefHead || string(b[:len(tnefMark)]) != tnefMark {
		return t.broken(b)
	}
	for b = b[tnefHead:]; len(b) > 0; {
		if len(b) < attrHead {
			return t.broken(b)
		}
		number, length := binary.LittleEndian.Uint32(b[1:]), uint64(binary.LittleEndian.Uint32(b[5:]))
		if attrHead+length+2 > uint64(len(b)) { // 2 is a checksum
			return t.broken(b)
		}
		data := b[attrHead : attrHead+length]
		b = b[attrHead+length+2:]
		if err := t.attribute(number, data, level); err != nil {
			return err
		}
	}
	return nil
}

func (t *tnefReader) attribute(number uint32, data []byte, level int) error {
	switch number {
	case attrTitle:
		t.title = strings.TrimRight(string(data), "\x00")
		t.say(data)
	case attrData:
		return t.m.attachment(orElse(t.title, t.name), "", bytes.NewReader(data))
	case attrProps, attrAttachment:
		return t.properties(data, level)
	default:
		t.say(data)
	}
	return t.m.ctx.Err()
}

// properties reads a list of properties, of which each has a kind and a number.
func (t *tnefReader) properties(data []byte, level int) error {
	b := &tnefBytes{rest: data}
	for count := b.number(); count > 0 && len(b.rest) > 0; count-- {
		before := b.rest
		head := b.number()
		kind, id := head&0xffff, head>>16
		if id >= 0x8000 { // a named property
			b.take(16)
			if b.number() == 0 {
				b.take(4)
			} else {
				b.take(b.number())
			}
		}
		values := uint32(1)
		if kind&0x1000 != 0 || tnefSize(kind) == 0 {
			values = b.number()
		}
		for ; values > 0 && !b.short; values-- {
			size := tnefSize(kind &^ 0x1000)
			if size == 0 {
				size = b.number()
			}
			if value := b.take(size); !b.short {
				if err := t.value(kind&^0x1000, id, value, level); err != nil {
					return err
				}
			}
		}
		if b.short {
			return t.broken(before)
		}
	}
	return t.m.ctx.Err()
}

// tnefSize is the size in bytes of a value of that kind, 0 when it is said in front of it.
func tnefSize(kind uint32) uint32 {
	switch kind &^ 0x1000 {
	case 0x02, 0x03, 0x04, 0x0a, 0x0b:
		return 4
	case 0x05, 0x06, 0x07, 0x14, 0x40:
		return 8
	case 0x48:
		return 16
	}
	return 0
}

// value reads the value of a property.
func (t *tnefReader) value(kind, id uint32, value []byte, level int) error {
	switch {
	case kind == 0x1f: // UTF-16
		t.say(decodeWide(value, encoding{width: 2}))
	case tnefSize(kind) > 0:
	case id == propHTML:
		return t.part("body.html", htmlText{}, value)
	case id == propRTF:
		rtf, err := unpackedRTF(value)
		if err != nil {
			return t.broken(value)
		}
		return t.part("body.rtf", rtfText{}, rtf)
	case id == propObject && len(value) > 16 && level < maxTNEFInTNEF && bytes.HasPrefix(value[16:], []byte(tnefMark)):
		return t.attributes(value[16:], level+1) // behind a GUID
	default:
		t.say(value)
	}
	return nil
}

// part adds a text that is a part of the mail.
func (t *tnefReader) part(name string, as texter, body []byte) error {
	if len(t.m.view.text) > maxMailText {
		if err := t.m.flush(); err != nil {
			return err
		}
	}
	t.m.charge(len(body))
	return as.add(t.m, t.m.part(t.name+" "+name), as.decode(body, ""))
}

// tnefBytes reads numbers and values, which are filled up to four bytes.
type tnefBytes struct {
	rest  []byte
	short bool // there was less than was asked for; it stays
}

func (b *tnefBytes) take(n uint32) []byte {
	full := (uint64(n) + 3) &^ 3
	if b.short || full > uint64(len(b.rest)) {
		b.short = true
		return nil
	}
	value := b.rest[:n]
	b.rest = b.rest[full:]
	return value
}

func (b *tnefBytes) number() uint32 {
	if value := b.take(4); value != nil {
		return binary.LittleEndian.Uint32(value)
	}
	return 0
}

// rtfText is Rich Text Format.
type rtfText struct{}

func (rtfText) media() string { return "application/rtf" }

func (rtfText) decode(body []byte, _ string) []byte { return body }

func (r rtfText) add(m *mail, name string, body []byte) error {
	m.view.begin(name, r.media(), body)
	return m.view.rtf(m.ctx)
}

// The compression of Rich Text Format in mail is [MS-OXRTFCP]: references into a ring of 4,096 bytes, which begins with
// rtfRing.
const (
	rtfRing = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor " +
		"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
	rtfHead   = 16
	rtfPacked = "LZFu"
	rtfPlain  = "MELA"
)

var errRTF = errors.New("broken compressed RTF")

// unpackedRTF undoes the compression. What is longer than a text may be, in bytes, is an error.
func unpackedRTF(b []byte) ([]byte, error) {
	if len(b) < rtfHead {
		return nil, errRTF
	}
	switch string(b[8:12]) {
	case rtfPlain:
		return b[rtfHead:], nil
	case rtfPacked:
	default:
		return nil, errRTF
	}
	var ring [4096]byte
	at := copy(ring[:], rtfRing)
	var out []byte
	put := func(c byte) {
		ring[at] = c
		at = (at + 1) % len(ring)
		out = append(out, c)
	}
	for b = b[rtfHead:]; len(b) > 0; {
		if len(out) > maxMailText {
			return nil, errRTF
		}
		control := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && len(b) > 0; bit++ {
			if control>>bit&1 == 0 {
				put(b[0])
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				return out, nil // cut off
			}
			from, n := int(b[0])<<4|int(b[1])>>4, int(b[1]&0xf)+2
			b = b[2:]
			if from == at {
				return out, nil // the end
			}
			for ; n > 0; n-- {
				put(ring[from])
				from = (from + 1) % len(ring)
			}
		}
	}
	return out, nil
}
