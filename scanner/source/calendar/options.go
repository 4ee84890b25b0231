package calendar

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"

	"meetleaks/scanner/source/polled"
)

// MaxBody is how many bytes of a calendar are read, decompressed; what is beyond is cut, and told. Package extract reads larger ones as raw
// text, in which folded links are torn.
const MaxBody = 8 << 20

// Options are what a source needs: those of any that polls, and a Reader. All must be safe for concurrent use.
//
// Calendars stand at http, https, or webcal, which is https. Private addresses ("secret address in iCal format") are refused: what stands
// there is no leak. MaxRest bounds max-age.
type Options struct {
	polled.Options

	// Read unfolds calendars and dates their events. It must be given.
	Read polled.Reader
}

func (o Options) checkReader() error {
	if o.Read == nil {
		return errors.New("a reader is needed")
	}
	return nil
}

// privatePart is the part of the addresses that Google shows to a calendar's owner alone.
const privatePart = `/private-[0-9a-f]{16,}/`

// addressOf is where a calendar is asked for: webcal is https (the scheme was never registered, and stands for nothing else).
func addressOf(u *url.URL) (*url.URL, error) {
	if u != nil && (u.Scheme == "webcal" || u.Scheme == "webcals") {
		secure := *u
		secure.Scheme = "https"
		u = &secure
	}
	at, err := polled.Address(u)
	if err != nil {
		return nil, fmt.Errorf("%w (webcal is https)", err)
	}
	private, err := regexp.MatchString(privatePart, at.Path)
	switch {
	case err != nil:
		return nil, err
	case private:
		return nil, errors.New("this is the owner's private address, and nothing that stands there is public: give the public one")
	}
	return at, nil
}
