package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// bot is the peer, see the package's comment.
type bot struct {
	service string
	hosts   *regexp.Regexp
	found   int  // frames with a link
	over    bool // the organisation's own was seen, which is sent last
}

// tally is what came of a run.
type tally struct {
	Frames  int     `json:"frames"`
	Found   int     `json:"found"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	Memory  int     `json:"memory_mib"` // largest resident set; 0: the system does not say
}

func newBot(service string) *bot {
	return &bot{service: service, hosts: regexp.MustCompile(`(?i)\b(?:[a-z0-9-]+\.)*(?:zoom\.us/(?:j|w|s|my|wc/join)/|zoomgov\.com/j/|` +
		`webex\.com/(?:meet|join|wbxmjs)/|teams\.(?:microsoft|live)\.com/(?:l/meetup-join|meet)/|meet\.google\.com/[a-z]{3}-|` +
		`gotomeeting\.com/join/|chime\.aws/|whereby\.com/|meet\.jit\.si/|bluejeans\.com/\d|discord\.gg/|chat\.whatsapp\.com/|` +
		`signal\.group/|join\.skype\.com/|facetime\.apple\.com/join)[^\s"<>]*`)}
}

// jetstreamEvent, status and tweet are what bots decode.
type jetstreamEvent struct {
	DID    string `json:"did"`
	TimeUS int64  `json:"time_us"`
	Kind   string `json:"kind"`
	Commit struct {
		Operation  string `json:"operation"`
		Collection string `json:"collection"`
		RKey       string `json:"rkey"`
		Record     struct {
			Text      string `json:"text"`
			CreatedAt string `json:"createdAt"`
			Facets    []struct {
				Features []struct {
					URI string `json:"uri"`
				} `json:"features"`
			} `json:"facets"`
			Embed struct {
				External struct {
					URI         string `json:"uri"`
					Title       string `json:"title"`
					Description string `json:"description"`
				} `json:"external"`
				Images []struct {
					Alt string `json:"alt"`
				} `json:"images"`
			} `json:"embed"`
		} `json:"record"`
	} `json:"commit"`
}

type status struct {
	ID        string `json:"id"`
	CreatedAt string `json:"created_at"`
	URL       string `json:"url"`
	Content   string `json:"content"`
	Spoiler   string `json:"spoiler_text"`
	Account   struct {
		Acct      string `json:"acct"`
		Followers int    `json:"followers_count"`
	} `json:"account"`
	Media []struct {
		Description string `json:"description"`
	} `json:"media_attachments"`
	Card *struct {
		URL   string `json:"url"`
		Title string `json:"title"`
	} `json:"card"`
}

type tweet struct {
	Data struct {
		ID        string `json:"id"`
		Text      string `json:"text"`
		CreatedAt string `json:"created_at"`
		Entities  struct {
			URLs []struct {
				Expanded string `json:"expanded_url"`
				Unwound  string `json:"unwound_url"`
				Title    string `json:"title"`
			} `json:"urls"`
		} `json:"entities"`
	} `json:"data"`
	Includes struct {
		Media []struct {
			Alt string `json:"alt_text"`
		} `json:"media"`
	} `json:"includes"`
}

// read decodes a frame and searches it.
func (b *bot) read(frame []byte) error {
	texts, err := map[string]func([]byte) ([]string, error){
		serviceBluesky: textsOfRecord, serviceMastodon: textsOfStatus, serviceX: textsOfTweet,
	}[b.service](frame)
	if err != nil {
		return err
	}
	if link := b.hosts.FindString(strings.Join(texts, "\n")); link != "" {
		b.found++
		b.over = strings.HasPrefix(link, "acme.")
	}
	return nil
}

func textsOfRecord(frame []byte) ([]string, error) {
	var e jetstreamEvent
	if err := json.Unmarshal(frame, &e); err != nil {
		return nil, err
	}
	r := &e.Commit.Record
	texts := []string{r.Text, r.Embed.External.URI, r.Embed.External.Title, r.Embed.External.Description}
	for _, f := range r.Facets {
		for _, one := range f.Features {
			texts = append(texts, one.URI)
		}
	}
	for _, image := range r.Embed.Images {
		texts = append(texts, image.Alt)
	}
	return texts, nil
}

func textsOfStatus(frame []byte) ([]string, error) {
	var st status
	if err := json.Unmarshal(frame, &st); err != nil {
		return nil, err
	}
	texts := []string{st.Spoiler, st.Content}
	for _, m := range st.Media {
		texts = append(texts, m.Description)
	}
	if st.Card != nil {
		texts = append(texts, st.Card.URL, st.Card.Title)
	}
	return texts, nil
}

func textsOfTweet(frame []byte) ([]string, error) {
	var t tweet
	if err := json.Unmarshal(frame, &t); err != nil {
		return nil, err
	}
	texts := []string{t.Data.Text}
	for _, u := range t.Data.Entities.URLs {
		texts = append(texts, u.Expanded, u.Unwound, u.Title)
	}
	for _, m := range t.Includes.Media {
		texts = append(texts, m.Alt)
	}
	return texts, nil
}

// peer runs the bot and prints a tally, as JSON when it came from a socket: then another process reads it.
func peer(ctx context.Context, p plan, w io.Writer) error {
	b, t := newBot(p.service), tally{}
	began := time.Now()
	var err error
	if p.url == "" {
		err = b.fromMemory(ctx, p.frames, &t)
	} else {
		err = b.fromSocket(ctx, p.url, &t)
	}
	if err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	t.Found, t.Seconds = b.found, time.Since(began).Seconds()
	usage := usageOf("self")
	t.CPU, t.Memory = usage.cpu.Seconds(), usage.memory
	if p.url == "" {
		t.report(w, "encoding/json + regexp")
		return nil
	}
	return json.NewEncoder(w).Encode(t)
}

func (b *bot) fromMemory(ctx context.Context, frames int, t *tally) error {
	f := newFilm(b.service, time.Now())
	for t.Frames < frames && ctx.Err() == nil {
		one := f.shoot()
		t.Frames++
		t.Bytes += int64(len(one.body))
		if one.gone && b.service == serviceMastodon {
			continue // nothing but an id
		}
		if err := b.read(one.body); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// fromSocket reads until the organisation's own meeting comes.
func (b *bot) fromSocket(ctx context.Context, address string, t *tally) error {
	if b.service == serviceBluesky {
		return b.fromWebSocket(ctx, address, t)
	}
	path := map[string]string{serviceMastodon: "/api/v1/streaming/public", serviceX: "/2/tweets/search/stream"}[b.service]
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+path, nil)
	if err != nil {
		return err
	}
	client := &http.Client{}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(make([]byte, 64<<10), 1<<20)
	for kind := ""; !b.over && lines.Scan(); {
		line := lines.Bytes()
		switch {
		case len(line) == 0:
			continue
		case bytes.HasPrefix(line, []byte("event: ")):
			kind = string(line[7:])
			continue
		}
		t.Frames++
		t.Bytes += int64(len(line))
		if kind == "delete" {
			continue
		}
		if err := b.read(bytes.TrimPrefix(line, []byte("data: "))); err != nil {
			return err
		}
	}
	return b.ended(lines.Err())
}

func (b *bot) fromWebSocket(ctx context.Context, address string, t *tally) error {
	conn, response, err := websocket.DefaultDialer.DialContext(ctx, strings.Replace(address, "http", "ws", 1)+"/subscribe", nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	defer func() { _ = conn.Close() }()
	for !b.over {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			return b.ended(err)
		}
		t.Frames++
		t.Bytes += int64(len(frame))
		if err := b.read(frame); err != nil {
			return err
		}
	}
	return nil
}

func (b *bot) ended(err error) error {
	if b.over {
		return nil
	}
	return errors.Join(errors.New("the stream ended early"), err)
}
