package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"meetleaks/scanner"
)

// maxAnswer bounds what a client reads of one answer, in bytes: a page of the largest leaks.
const maxAnswer = 16 << 20

// Client works the queue of a running service. It is safe for concurrent use, and never follows a redirect: the token is for one
// address only. Errors are [*APIError] where the service answered; others say what to look at.
type Client struct {
	base      *url.URL
	authorise func(*http.Request) // not the token itself, so that it cannot be printed
	http      *http.Client
}

// NewClient makes the client of the service at base, for instance http://127.0.0.1:8470. The transport of h decides which
// addresses may be reached.
func NewClient(base *url.URL, token string, h *http.Client) (*Client, error) {
	switch {
	case h == nil:
		return nil, errors.New("make a client of the API: an HTTP client is needed")
	case base == nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("make a client of the API: the address must be like http://127.0.0.1:8470")
	case token == "":
		return nil, errors.New("make a client of the API: a token is needed")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("make a client of the API: the token must be of printable ASCII, without blanks")
	}
	own := *h
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	field := "Bearer " + token
	return &Client{base: base, http: &own, authorise: func(r *http.Request) { r.Header.Set("Authorization", field) }}, nil
}

// Query asks for a page of leaks. Zero fields are left to the service.
type Query struct {
	States []scanner.State
	Since  time.Time
	After  string // LeakList.Next of the page before
	Limit  int    // 200 at most
}

func (q Query) values() url.Values {
	v := url.Values{}
	if len(q.States) > 0 {
		var states []string
		for _, s := range q.States {
			states = append(states, string(s))
		}
		v.Set("state", strings.Join(states, ","))
	}
	if !q.Since.IsZero() {
		v.Set("since", q.Since.UTC().Format(time.RFC3339Nano))
	}
	if q.After != "" {
		v.Set("after", q.After)
	}
	if q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	return v
}

// Action is what to do about a leak; use one of Ack, Close, Mute, Reopen, Unmute, Confirm, Refuse, Assign, PublicAt and PublicSeries.
type Action struct {
	verb string
	body any
}

// Ack takes note: reminders wait until then, 24 hours at most; the zero time leaves it to the service.
func Ack(until time.Time, reason string) Action { return Action{"ack", AckBody{reason, until}} }

// Close ends the leak as StateOver, StateNotOurs or StateByWord.
func Close(as scanner.State, reason string) Action {
	return Action{"close", CloseBody{string(as), reason}}
}

// Mute silences it until then, for a reason.
func Mute(until time.Time, reason string) Action { return Action{"mute", MuteBody{until, reason}} }

// Reopen opens it anew.
func Reopen(reason string) Action { return Action{"reopen", ReasonBody{reason}} }

// Unmute ends a mute before its time.
func Unmute(reason string) Action { return Action{"unmute", ReasonBody{reason}} }

// Confirm says that what waits since then is so; the zero time confirms whatever waits. Until is the end of what is public on purpose,
// the zero time leaves it to the service.
func Confirm(asked, until time.Time, reason string) Action {
	return Action{"confirm", DecideBody{asked, until, reason}}
}

// Refuse says that what waits since then is not so; the zero time refuses whatever waits.
func Refuse(asked time.Time, reason string) Action {
	return Action{"refuse", DecideBody{AskedAt: asked, Reason: reason}}
}

// Assign names the host by an address of the organisation's.
func Assign(email, reason string) Action { return Action{"assign", AssignBody{email, reason}} }

// PublicAt calls it public on purpose at a place, by its Sighting.ID; "" for the only one there is.
func PublicAt(place string, until time.Time, reason string) Action {
	return Action{"public", PublicBody{"page", place, until, reason}}
}

// PublicSeries calls it public on purpose wherever it stands now.
func PublicSeries(until time.Time, reason string) Action {
	return Action{"public", PublicBody{What: "series", Until: until, Reason: reason}}
}

// Organisations lists the configured organisations and their ledgers.
func (c *Client) Organisations(ctx context.Context) (OrganisationList, error) {
	var out OrganisationList
	return out, c.call(ctx, "list organisations", http.MethodGet, []string{"organisations"}, nil, nil, &out)
}

// Ledger is the sum of all organisations.
func (c *Client) Ledger(ctx context.Context) (Ledger, error) {
	var out Ledger
	return out, c.call(ctx, "read the ledger", http.MethodGet, []string{"ledger"}, nil, nil, &out)
}

// Sources lists the watched places.
func (c *Client) Sources(ctx context.Context) (SourceList, error) {
	var out SourceList
	return out, c.call(ctx, "list sources", http.MethodGet, []string{"sources"}, nil, nil, &out)
}

// List returns a page of an organisation's leaks, the newest first.
func (c *Client) List(ctx context.Context, org string, q Query) (LeakList, error) {
	var out LeakList
	return out, c.call(ctx, "list leaks", http.MethodGet, []string{"organisations", org, "leaks"}, q.values(), nil, &out)
}

// Show returns everything of one leak.
func (c *Client) Show(ctx context.Context, org, id string) (LeakDetails, error) {
	var out LeakDetails
	return out, c.call(ctx, "show a leak", http.MethodGet, []string{"organisations", org, "leaks", id}, nil, nil, &out)
}

// Act does something about a leak.
func (c *Client) Act(ctx context.Context, org, id string, a Action) (Outcome, error) {
	var out Outcome
	path := []string{"organisations", org, "leaks", id, a.verb}
	return out, c.call(ctx, a.verb+" a leak", http.MethodPost, path, nil, a.body, &out)
}

// call makes one request and reads its answer into out.
func (c *Client) call(ctx context.Context, what, method string, path []string, query url.Values, in, out any) error {
	req, err := c.request(ctx, method, path, query, in)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", what, c.unreached(err))
	}
	defer res.Body.Close()
	read, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("%s: read the answer: %w", what, c.unreached(err))
	}
	if err := c.decode(res, read, out); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (c *Client) request(ctx context.Context, method string, path []string, query url.Values, in any) (*http.Request, error) {
	elements := []string{"api", "v1"}
	for _, one := range path {
		if one == "" || one == "." || one == ".." {
			return nil, fmt.Errorf("%q cannot be in a path: %w", one, scanner.ErrBadValue)
		}
		elements = append(elements, url.PathEscape(one))
	}
	u := c.base.JoinPath(elements...)
	u.RawQuery = query.Encode()
	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	c.authorise(req)
	return req, nil
}
