package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const maxNesting = 64 // of objects and arrays in a JSON feed

// errNested ends the reading of a feed that is nested too deep.
var errNested = errors.New("nested more than 64 deep")

// readJSON reads a JSON feed, https://www.jsonfeed.org/version/1.1/.
func (l *lister) readJSON(r io.Reader) error {
	l.listing.Unknown = true
	d := jsonFeed{decoder: json.NewDecoder(r)}
	err := d.object(func(key string) error {
		if key != "items" {
			return d.skip()
		}
		l.listing.Unknown = false
		return d.array(func() error { return l.readJSONItem(&d) })
	})
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errNested), errors.Is(err, io.EOF):
		l.listing.Truncated = fmt.Sprintf("the JSON cannot be read to its end: %v", err)
		return nil
	}
	return err
}

func (l *lister) readJSONItem(d *jsonFeed) error {
	var item item
	err := d.object(func(key string) error {
		switch key {
		case "url", "external_url":
			return d.text(item.link)
		case "date_modified", "date_published":
			return d.text(item.date)
		case "attachments":
			return d.array(func() error {
				return d.object(func(key string) error {
					if key == "url" {
						return d.text(item.link)
					}
					return d.skip()
				})
			})
		}
		return d.skip()
	})
	if err != nil {
		return err
	}
	return l.giveItem(item)
}

// jsonFeed goes through JSON without keeping it.
type jsonFeed struct{ decoder *json.Decoder }

// object calls member for each member of the object that is next; member takes the value. What is no object is passed over.
func (d *jsonFeed) object(member func(key string) error) error {
	return d.inside('{', func() error {
		token, err := d.decoder.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		return member(key)
	})
}

// array calls element for each element of the array that is next. What is no array is passed over.
func (d *jsonFeed) array(element func() error) error { return d.inside('[', element) }

func (d *jsonFeed) inside(open json.Delim, each func() error) error {
	token, err := d.decoder.Token()
	if err != nil {
		return err
	}
	if token != open {
		return d.rest(token)
	}
	for d.decoder.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err = d.decoder.Token()
	return err
}

// text takes the value that is next, if it is a string.
func (d *jsonFeed) text(take func(string)) error {
	token, err := d.decoder.Token()
	if err != nil {
		return err
	}
	if text, ok := token.(string); ok {
		take(text)
		return nil
	}
	return d.rest(token)
}

// skip passes over the value that is next.
func (d *jsonFeed) skip() error {
	token, err := d.decoder.Token()
	if err != nil {
		return err
	}
	return d.rest(token)
}

// rest passes over what is left of a value that began with the token.
func (d *jsonFeed) rest(token json.Token) error {
	depth := 0
	for {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		switch {
		case depth == 0:
			return nil
		case depth > maxNesting:
			return errNested
		}
		var err error
		if token, err = d.decoder.Token(); err != nil {
			return err
		}
	}
}
