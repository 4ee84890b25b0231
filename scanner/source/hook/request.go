package hook

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"

	"meetleaks/scanner"
)

// accepts judges method and headers. lines says that the body is one document a line.
func accepts(r *http.Request) (lines bool, bad *answer) {
	if r.Method != http.MethodPost {
		a := failure(http.StatusMethodNotAllowed, "documents are sent by POST")
		a.allow = http.MethodPost
		return false, a
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return false, failure(http.StatusUnsupportedMediaType, "the body must not be compressed")
	}
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := parameters["charset"]; err != nil || charset != "" && !strings.EqualFold(charset, "utf-8") {
		kind = ""
	}
	switch kind {
	case "application/json":
	case "application/x-ndjson", "application/ndjson", "application/jsonl":
		lines = true
	default:
		return false, failure(http.StatusUnsupportedMediaType, "want application/json, or application/x-ndjson with one document a line, in UTF-8")
	}
	if r.ContentLength > MaxBody {
		return false, tooLarge()
	}
	return lines, nil
}

func tooLarge() *answer {
	return failure(http.StatusRequestEntityTooLarge, "the body is larger than 5 MiB: send several")
}

// body reads a request's body, MaxBody bytes at most, within ReadBound, or until it has to make room for another. What it holds is asked
// for as it grows.
func (h *Hook) body(w http.ResponseWriter, r *http.Request, held *holding) ([]byte, *answer) {
	control := http.NewResponseController(w)
	now := time.Now() // deadlines of connections are the machine's
	_ = control.SetReadDeadline(now.Add(h.o.ReadBound))
	_ = control.SetWriteDeadline(now.Add(h.o.ReadBound + h.o.TotalBound + 10*time.Second))
	held.reads(func() { _ = control.SetReadDeadline(time.Unix(1, 0)) })
	body, err := readAll(r.Body, held)
	sent := held.hasRead()
	_ = control.SetReadDeadline(time.Time{}) // a later one on the connection is not ours to cut off
	var slow net.Error
	switch {
	case errors.Is(err, errLarge):
		return nil, tooLarge()
	case errors.Is(err, errFull), err != nil && sent:
		return nil, busy()
	case errors.As(err, &slow) && slow.Timeout():
		return nil, failure(http.StatusRequestTimeout, "the body came too slowly")
	case err != nil:
		return nil, failure(http.StatusBadRequest, "the body ended before its end")
	}
	return body, nil
}

var (
	errLarge = errors.New("too large")
	errFull  = errors.New("too much is held")
)

const firstRoom = 32 << 10 // bytes

func readAll(from io.Reader, held *holding) ([]byte, error) {
	var body []byte
	for empty := 0; ; {
		if len(body) == cap(body) {
			room := min(max(2*cap(body), firstRoom), MaxBody+1)
			if room == cap(body) {
				return nil, errLarge
			}
			if !held.more(int64(room - cap(body))) {
				return nil, errFull
			}
			body = append(make([]byte, 0, room), body...)
		}
		n, err := from.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if empty++; n > 0 {
			empty = 0
		}
		switch {
		case len(body) > MaxBody:
			return nil, errLarge
		case errors.Is(err, io.EOF):
			return body, nil
		case err != nil:
			return nil, err
		case empty > 100:
			return nil, io.ErrNoProgress
		}
	}
}

// believe checks the signature. print is the fingerprint of the request: another body under the same id is another request.
func (h *Hook) believe(header http.Header, body []byte) (print uint64, bad *answer) {
	now := h.o.Now()
	id, err := h.o.Verify(header, body, now)
	switch {
	case errors.Is(err, scanner.ErrUnavailable):
		return 0, h.later("check a signature", err)
	case err != nil:
		if before := h.refused.Load(); now.Sub(time.Unix(0, before)).Abs() >= time.Minute && h.refused.CompareAndSwap(before, now.UnixNano()) {
			h.o.Log.Warn("pushed documents: a signature does not hold; logged once a minute", "source", h.o.Source)
		}
		return 0, failure(http.StatusUnauthorized,
			"the request is not signed, its signature does not hold, or it was signed more than a few minutes ago or ahead")
	}
	sum := sha256.New()
	for _, part := range []string{"meetleaks pushed request v1", h.o.Source, id} {
		sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		sum.Write([]byte(part))
	}
	sum.Write(body)
	return binary.BigEndian.Uint64(sum.Sum(nil)), nil
}

// split cuts a body into its documents, one more than MaxDocuments at most. Blank lines are none.
func split(body []byte, lines bool) [][]byte {
	if !lines {
		if body = bytes.TrimSpace(body); len(body) == 0 {
			return nil
		}
		return [][]byte{body}
	}
	var documents [][]byte
	for line := range bytes.SplitSeq(body, []byte{'\n'}) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			documents = append(documents, line)
		}
		if len(documents) > MaxDocuments {
			break
		}
	}
	return documents
}
