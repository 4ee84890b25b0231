package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// openSocket opens all streams on one WebSocket. The first is named in the address, as for GoToSocial; the others are asked for.
func (s *Source) openSocket(ctx context.Context, base *url.URL, token string) (wire, error) {
	address := *base
	address.Path += "/api/v1/streaming"
	query := url.Values{"stream": {s.streams[0].kind}}
	if of := s.streams[0]; of.key != "" {
		query.Set(of.key, of.value)
	}
	address.RawQuery = query.Encode()
	ctx, dog := watch(ctx, s.o.Idle)
	conn, err := s.dial(ctx, address.String(), token, dog)
	if err != nil {
		dog.rest()
		return nil, err
	}
	w := &socket{conn: conn, streams: s.streams, dog: dog}
	w.ctx, w.end = context.WithCancel(ctx)
	for _, of := range s.streams[1:] {
		if err := w.subscribe(of); err != nil {
			w.close()
			return nil, unreached("the server takes no subscription", cause(ctx, err))
		}
	}
	conn.SetReadLimit(maxSkipped)
	w.pinger.Go(func() { w.ping(s.o.Idle / 3) })
	return w, nil
}

func (s *Source) dial(ctx context.Context, address, token string, dog *watchdog) (*websocket.Conn, error) {
	header := http.Header{"User-Agent": {"meetleaks"}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	conn, resp, err := websocket.Dial(ctx, address, &websocket.DialOptions{ //nolint:bodyclose // Dial has closed it
		HTTPClient: s.o.Client, HTTPHeader: header,
		OnPingReceived: func(context.Context, []byte) bool { dog.feed(); return true },
		OnPongReceived: func(context.Context, []byte) { dog.feed() },
	})
	switch {
	case err == nil:
		return conn, nil
	case resp != nil && resp.StatusCode == http.StatusOK:
		return nil, &failure{reason: "the server answers with something else than a stream"}
	case resp != nil && resp.StatusCode != http.StatusSwitchingProtocols:
		return nil, refusal(resp, s.o.Now())
	}
	return nil, unreached("the stream cannot be reached", cause(ctx, err))
}

// socket is a wire of a WebSocket (RFC 6455).
type socket struct {
	conn    *websocket.Conn
	streams []stream
	dog     *watchdog
	ctx     context.Context
	end     context.CancelFunc
	pinger  sync.WaitGroup

	message, payload []byte
}

const socketWrite = 10 * time.Second

func (w *socket) subscribe(of stream) error {
	ask := map[string]string{"type": "subscribe", "stream": of.kind}
	if of.key != "" {
		ask[of.key] = of.value
	}
	message, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(w.ctx, socketWrite)
	defer cancel()
	return w.conn.Write(ctx, websocket.MessageText, message)
}

// ping asks for a sign of life again and again: not all servers ping. The watchdog judges what comes.
func (w *socket) ping(every time.Duration) {
	ticker := time.NewTicker(max(every, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-ticker.C:
		}
		ctx, cancel := context.WithTimeout(w.ctx, every)
		_ = w.conn.Ping(ctx) // a dead connection is seen by who reads
		cancel()
	}
}

func (w *socket) close() {
	w.dog.rest()
	w.end()
	_ = w.conn.CloseNow() // nothing is to be said any more
	w.pinger.Wait()
}

func (w *socket) next(context.Context) (frame, error) {
	w.dog.feed()
	defer w.dog.rest()
	kind, from, err := w.conn.Reader(w.ctx)
	if err == nil {
		w.message, err = readInto(w.message[:0], from)
	}
	switch {
	case errors.Is(err, websocket.ErrMessageTooBig):
		return frame{}, errTooLong
	case errors.Is(err, errLarge):
		return frame{kind: large}, nil
	case err != nil:
		return frame{}, cause(w.ctx, err)
	case kind != websocket.MessageText:
		return frame{kind: bad}, nil
	}
	return w.frame(w.message)
}

// errLarge is that of a message that was skipped.
var errLarge = errors.New("a message of more than is read")

// readInto is io.ReadAll into a slice that is there. Of what is longer than maxFrame the rest is skipped.
func readInto(to []byte, from io.Reader) ([]byte, error) {
	for {
		if len(to) == cap(to) {
			to = append(to, 0)[:len(to)]
		}
		n, err := from.Read(to[len(to):cap(to)])
		to = to[:len(to)+n]
		if errors.Is(err, io.EOF) {
			return to, nil
		}
		if err != nil {
			return to, err
		}
		if len(to) > maxFrame+64<<10 {
			if _, err := io.Copy(io.Discard, from); err != nil {
				return nil, err
			}
			return nil, errLarge
		}
	}
}

// envelope is what a message says, as it is written.
type envelope struct {
	stream, event, payload, failed []byte
}

func opened(message []byte) (e envelope, ok bool) {
	ok = members(message, func(name, value []byte) bool {
		switch string(name) {
		case "stream":
			e.stream = value
		case "event":
			e.event, _ = unquoted(value)
		case "payload":
			e.payload = value
		case "error":
			e.failed = value
		}
		return true
	})
	return e, ok
}

// frame opens a message. Its payload is a text, in which a status is JSON once more; servers that put the status itself there are
// understood, too.
func (w *socket) frame(message []byte) (frame, error) {
	e, ok := opened(message)
	f := frame{kind: kindOf(e.event), stream: w.streamOf(e.stream)}
	switch {
	case ok && e.event == nil && e.failed != nil:
		return frame{}, &failure{reason: "the server refuses a stream"}
	case !ok || e.event == nil:
		return frame{kind: bad}, nil
	case f.kind == other:
		return f, nil
	case len(e.payload) > 0 && e.payload[0] == '{':
		f.data = e.payload
		return f, nil
	}
	if w.payload, ok = unescape(w.payload[:0], e.payload); !ok {
		return frame{kind: bad}, nil
	}
	f.data = w.payload
	return f, nil
}

// streamOf is the configured name of a stream.
func (w *socket) streamOf(words []byte) string {
	if len(w.streams) == 1 {
		return w.streams[0].name
	}
	for i := range w.streams {
		if string(words) == w.streams[i].word {
			return w.streams[i].name
		}
	}
	var names []string
	if json.Unmarshal(words, &names) != nil || len(names) == 0 || len(names) > 2 {
		return ""
	}
	for i := range w.streams {
		of := &w.streams[i]
		if names[0] == of.kind && (of.key == "" || len(names) == 2 && names[1] == of.value) {
			return of.name
		}
	}
	return ""
}
