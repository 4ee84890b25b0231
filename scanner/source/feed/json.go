package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	feedjson "github.com/mmcdole/gofeed/json"
)

// frame is a JSON Feed of which the items are read one by one: one that is wrong spoils no other.
type frame struct {
	Version     string            `json:"version"`
	Title       json.RawMessage   `json:"title"`
	HomePage    json.RawMessage   `json:"home_page_url"`
	FeedURL     json.RawMessage   `json:"feed_url"`
	Description json.RawMessage   `json:"description"`
	Comment     json.RawMessage   `json:"user_comment"`
	Hubs        []json.RawMessage `json:"hubs"`
	Items       []json.RawMessage `json:"items"`
}

// json reads a JSON Feed (jsonfeed.org, versions 1 and 1.1).
func (l *listing) json(body []byte) error {
	var read frame
	if err := json.Unmarshal(body, &read); err != nil {
		if bytes.Contains(body[:min(len(body), 4096)], []byte("jsonfeed.org")) {
			return errParse
		}
		return errNoFeed
	}
	if read.Items == nil || !strings.Contains(read.Version, "jsonfeed.org") {
		return errNoFeed
	}
	var about item
	for _, raw := range []json.RawMessage{read.Title, read.Description, read.HomePage, read.Comment} {
		about.markup(asText(raw))
	}
	l.about = about.parts
	l.topic = asText(read.FeedURL)
	for _, raw := range read.Hubs {
		var hub struct{ Type, URL string }
		if json.Unmarshal(raw, &hub) == nil && strings.EqualFold(hub.Type, "WebSub") && l.hub == "" {
			l.hub = hub.URL
		}
	}
	for _, raw := range read.Items {
		if len(l.items) >= MaxItems {
			l.more++
			l.cut = true
			continue
		}
		l.append(l.jsonItem(raw))
	}
	return nil
}

func asText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// jsonItem reads one item. What is not of the format is read for its texts; so is an item that is wrong.
func (l *listing) jsonItem(raw json.RawMessage) item {
	var it item
	read, err := (&feedjson.Parser{}).Parse(bytes.NewReader(slices.Concat([]byte(`{"items":[`), raw, []byte(`]}`))))
	if err != nil || len(read.Items) != 1 || read.Items[0] == nil {
		l.broken++
		walk(&it, raw)
		return it
	}
	one := read.Items[0]
	it.id, it.link = one.ID, one.URL
	it.dated(rfc3339(one.DatePublished), rfc3339(one.DateModified))
	it.plain(one.Title)
	it.markup(one.ContentHTML)
	it.plain(one.ContentText)
	it.plain(one.Summary)
	for _, address := range []string{one.URL, one.ExternalURL, one.Image, one.BannerImage} {
		it.plain(address)
	}
	if it.id != it.link {
		it.plain(it.id)
	}
	if one.Attachments != nil {
		for _, a := range *one.Attachments {
			it.plain(a.Title + " " + a.URL)
		}
	}
	it.plain(strings.Join(one.Tags, " "))
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) == nil {
		for _, name := range sortedKeys(all) {
			if strings.HasPrefix(name, "_") {
				walk(&it, all[name])
			}
		}
	}
	return it
}

// walk adds every text in a value.
func walk(it *item, raw json.RawMessage) {
	from := json.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := from.Token()
		if err != nil {
			return
		}
		if text, ok := token.(string); ok {
			it.markup(text)
		} else if number, ok := token.(float64); ok {
			it.plain(fmt.Sprint(number))
		}
	}
}

func rfc3339(text string) *time.Time {
	if len(text) > 64 {
		return nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02"} {
		if at, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return &at
		}
	}
	return nil
}
