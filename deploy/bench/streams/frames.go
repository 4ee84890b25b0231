package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The services whose streams are played.
const (
	serviceBluesky  = "bluesky"
	serviceMastodon = "mastodon"
	serviceX        = "x"
)

// Bytes that stand in the text of a frame for digits that differ from one time it is sent to the next. Nothing else holds them.
const (
	forTime    = '^' // of the event, in microseconds: 16 digits
	forItem    = '~' // the item's id: as many as the service has
	forMeeting = '`' // a meeting's number: 11 digits
)

// frame is one event as the service writes it, without what the transport puts around it.
type frame struct {
	body   []byte
	spots  map[byte][]spot
	linked bool // a post that holds a meeting link
	gone   bool // not a post: an id that was deleted
}

// spot is where digits stand.
type spot struct{ at, width int }

func newFrame(text string, linked, gone bool) frame {
	f := frame{body: []byte(text), spots: map[byte][]spot{}, linked: linked, gone: gone}
	for _, mark := range []byte{forTime, forItem, forMeeting} {
		for at := 0; at < len(f.body); at++ {
			from := at
			for at < len(f.body) && f.body[at] == mark {
				at++
			}
			if at > from {
				f.spots[mark] = append(f.spots[mark], spot{from, at - from})
			}
		}
	}
	return f
}

// put writes the last digits of a number wherever a mark stands.
func (f *frame) put(mark byte, digits string) {
	for _, s := range f.spots[mark] {
		copy(f.body[s.at:s.at+s.width], digits[len(digits)-s.width:])
	}
}

// film is a stream that goes on for ever: the same posts again and again, each time of another time, id and meeting.
type film struct {
	service string
	frames  []frame
	next    int
	last    int64 // time of the latest event, in microseconds
	items   uint64
	numbers numbers // of nobody's meetings
}

// Of the frames of a film one in linkedEvery holds a meeting link of nobody whom meetleaks knows, one in goneEvery is a deletion.
const (
	filmFrames  = 2000
	linkedEvery = 50
	goneEvery   = 20
)

func newFilm(service string, now time.Time) *film {
	f := &film{service: service, last: now.UnixMicro(), items: snowflake(now), numbers: numbers{500_000}}
	for i := range filmFrames {
		f.frames = append(f.frames, f.make(i, now))
	}
	return f
}

// snowflake is the first id that X gives in a millisecond; the ids of Mastodon are made from it, too.
func snowflake(at time.Time) uint64 { return uint64(at.UnixMilli()-1288834974657) << 22 }

func (f *film) make(i int, now time.Time) frame {
	if i%goneEvery == 3 && f.service == serviceBluesky {
		return newFrame(deletedRecord(i), false, true)
	}
	if i%goneEvery == 3 && f.service == serviceMastodon {
		return newFrame(itemDigits(serviceMastodon), false, true)
	}
	p := postOf(i)
	return newFrame(f.render(i, p, now), p.linked, false)
}

func (f *film) render(i int, p post, now time.Time) string {
	return map[string]func(int, post, time.Time) string{
		serviceBluesky: recordOf, serviceMastodon: statusOf, serviceX: tweetOf,
	}[f.service](i, p, now)
}

// shoot gives the next frame, good until it comes again.
func (f *film) shoot() *frame {
	one := &f.frames[f.next%len(f.frames)]
	f.next++
	f.stamp(one, time.Now(), f.numbers.next)
	return one
}

// leak gives a post that holds a meeting of the organisation.
func (f *film) leak(number string) *frame {
	p := post{text: "The board meets today, dial in here please", link: "https://acme.zoom.us/j/" + marks(forMeeting, 11), linked: true}
	one := newFrame(f.render(f.next, p, time.Now()), true, false)
	f.stamp(&one, time.Now(), func() string { return number })
	return &one
}

// stamp gives a frame its time, id and meeting: times and ids rise.
func (f *film) stamp(one *frame, now time.Time, number func() string) {
	f.last = max(f.last+1, now.UnixMicro())
	f.items = max(f.items+1, snowflake(now))
	one.put(forTime, strconv.FormatInt(f.last, 10))
	one.put(forItem, fmt.Sprintf("%019d", f.items))
	if len(one.spots[forMeeting]) > 0 {
		one.put(forMeeting, number())
	}
}

// numbers gives meeting numbers, none of which looks like an example. No two of the first 50,000 have the same mask.
type numbers struct{ n int }

func (g *numbers) next() string {
	for {
		n := g.n
		g.n++
		number := fmt.Sprintf("%03d%05d%03d", 810+(n/900)%90, (n*7919+31337)%90_000+10_000, 100+n%900)
		if !isExample(number) {
			return number
		}
	}
}

// firstMeetings are the first n of these numbers.
func firstMeetings(n int) []string {
	var g numbers
	list := make([]string, n)
	for i := range list {
		list[i] = g.next()
	}
	return list
}

// isExample says whether a number has three equal digits in a row, or four that count up or down.
func isExample(number string) bool {
	for i := 2; i < len(number); i++ {
		a, b, c := number[i-2], number[i-1], number[i]
		if a == b && b == c || i > 2 && (number[i-3]+1 == a && a+1 == b && b+1 == c || number[i-3]-1 == a && a-1 == b && b-1 == c) {
			return true
		}
	}
	return false
}

// maskOf is how the program shows a number.
func maskOf(number string) string { return number[:3] + "•••••" + number[8:] }

func marks(mark byte, n int) string { return strings.Repeat(string(mark), n) }

// itemDigits stands for an id of the service.
func itemDigits(service string) string {
	return marks(forItem, map[string]int{serviceBluesky: 11, serviceMastodon: 18, serviceX: 19}[service])
}

// onWire appends a frame as the transport of its service carries it.
func onWire(to []byte, service string, f *frame) []byte {
	switch service {
	case serviceBluesky: // a text message of a server (RFC 6455, section 5.2)
		to = append(to, 0x81)
		if n := len(f.body); n < 126 {
			to = append(to, byte(n))
		} else {
			to = append(to, 126, byte(n>>8), byte(n)) // none is longer than 64 KiB
		}
		return append(to, f.body...)
	case serviceMastodon:
		kind := "update"
		if f.gone {
			kind = "delete"
		}
		to = append(append(append(to, "event: "...), kind...), "\ndata: "...)
		return append(append(to, f.body...), "\n\n"...)
	}
	return append(append(to, f.body...), "\r\n"...)
}

// quoted is a string of JSON.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

// isWhole says whether a frame holds none of the marks any more.
func (f *frame) isWhole() bool {
	return !bytes.ContainsAny(f.body, string([]rune{forTime, forItem, forMeeting}))
}
