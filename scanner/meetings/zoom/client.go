package zoom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"meetleaks/scanner"
)

// The addresses of Zoom's commercial cloud.
const (
	DefaultAPI   = "https://api.zoom.us/v2"
	DefaultOAuth = "https://zoom.us/oauth/token"
)

// The bounds of asking.
const (
	maxAnswer  = 1 << 20 // bytes of one answer
	maxToken   = 8 << 10
	callBound  = 8 * time.Second // for one request
	atOnce     = 2               // requests at a time; a free account may make four a second
	tokenEarly = time.Minute     // before its end a token is asked for anew
	tokenLeast = 5 * time.Minute // the shortest and the longest life that is believed
	tokenMost  = time.Hour
)

// Options make a client of one organisation's account. All but Realm and Now must be given.
type Options struct {
	Org       string // the organisation's name: it is asked about nobody else's meetings
	AccountID string
	// Credentials gives the app's id and secret; they are read anew for each token.
	Credentials func() (id, secret string, err error)
	API, OAuth  *url.URL // see DefaultAPI and DefaultOAuth
	// APIClient and OAuthClient send requests: guarded clients of one configured address each, which follow no redirect.
	APIClient, OAuthClient *http.Client
	// Realm is the cloud whose meetings the account has, as matchers.Link.Realm: "commercial", "gov" or "cn". "": by the API's host.
	Realm string
	// Everybodys says of a domain that anybody can have an account under it: a sign-in that is limited to it limits nothing. Nil: of
	// none but "*".
	Everybodys func(domain string) bool
	Now        func() time.Time
}

// Client asks Zoom about the meetings of one organisation. It implements [scanner.MeetingReader] and [scanner.Prover], is safe for
// concurrent use, starts nothing, and never waits for a limit: until it is over every question is an [*Error] at once.
type Client struct {
	o     Options
	api   string // without a slash at its end
	rest  rest
	token token
	slots chan struct{}
}

// token is what requests are made with.
type token struct {
	flight chan struct{} // holds one place: whoever has it may change the rest
	text   scanner.Secret
	until  time.Time
}

// New makes a client. It asks nobody.
func New(o Options) (*Client, error) {
	if o.Org == "" || o.AccountID == "" || o.Credentials == nil || o.API == nil || o.OAuth == nil || o.APIClient == nil || o.OAuthClient == nil {
		return nil, errors.New("make zoom client: organisation, account, credentials, addresses and clients are needed")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Everybodys == nil {
		o.Everybodys = func(string) bool { return false }
	}
	if o.Realm == "" {
		o.Realm = realmOf(o.API.Hostname())
	}
	c := &Client{o: o, api: strings.TrimRight(o.API.String(), "/"), slots: make(chan struct{}, atOnce)}
	c.token.flight = make(chan struct{}, 1)
	return c, nil
}

// realmOf is the cloud of an API's host.
func realmOf(host string) string {
	host = "." + strings.ToLower(strings.TrimSuffix(host, "."))
	switch {
	case strings.HasSuffix(host, ".zoomgov.com"):
		return "gov"
	case strings.HasSuffix(host, ".zoom.com.cn"), strings.HasSuffix(host, ".zoom.cn"):
		return "cn"
	}
	return "commercial"
}

// answer is what came back.
type answer struct {
	status int
	code   int64 // Zoom's own
	header http.Header
	body   []byte
}

// get asks for a path below the API's address, with a token, and once more with a new one when it is not accepted.
func (c *Client) get(ctx context.Context, path string) (answer, error) {
	if err := c.rest.check(c.o.Now()); err != nil {
		return answer{}, err
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return answer{}, &Error{Class: Temporary, What: "no time left"}
	}
	var refused string
	for range 2 {
		text, err := c.accessToken(ctx, refused)
		if err != nil {
			return answer{}, err
		}
		a, err := c.once(ctx, path, text)
		if err != nil {
			return answer{}, c.failure(ctx, err.(*Error), nil) //nolint:errorlint,forcetypeassert // once makes no other
		}
		if a.status != http.StatusUnauthorized || classOf(a.status, a.code) != Auth {
			return c.judge(ctx, a)
		}
		refused = text
	}
	return answer{}, c.failure(ctx, &Error{Class: Auth, Status: http.StatusUnauthorized, Code: 124}, nil)
}

// judge turns every answer that is none into an error. What is left: 200 with an object, 404 with 3001 or 1001, 400 with 3000.
func (c *Client) judge(ctx context.Context, a answer) (answer, error) {
	switch {
	case a.status == http.StatusOK && a.code == 0,
		a.status == http.StatusNotFound && (a.code == codeNoMeeting || a.code == codeNoUser),
		a.status == http.StatusBadRequest && a.code == codeWebinar:
		c.rest.went()
		return a, nil
	}
	return answer{}, c.failure(ctx, &Error{Class: classOf(a.status, a.code), Status: a.status, Code: a.code}, a.header)
}

// failure notes an error, unless it was the caller who went away.
func (c *Client) failure(ctx context.Context, e *Error, h http.Header) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return e
	}
	now := c.o.Now()
	c.rest.failed(e, asked(h, now), now)
	return e
}

// The codes that answer a question.
const (
	codeNoMeeting = 3001
	codeNoUser    = 1001
	codeWebinar   = 3000
)

// once sends one request. Its error is an *Error.
func (c *Client) once(ctx context.Context, path, token string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, callBound)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.api+path, nil)
	if err != nil {
		return answer{}, &Error{Class: Config} // the error would hold the path
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return send(c.o.APIClient, r)
}

// send reads an answer of at most maxAnswer bytes. Its error is an *Error: what the client says would hold the path.
func send(client *http.Client, r *http.Request) (answer, error) {
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "meetleaks")
	res, err := client.Do(r)
	if err != nil {
		return answer{}, &Error{Class: Temporary}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return answer{}, &Error{Class: Temporary, What: "the answer breaks off"}
	case len(body) > maxAnswer:
		return answer{}, &Error{Class: Broken, Status: res.StatusCode, What: "it is larger than 1 MiB"}
	}
	return answer{status: res.StatusCode, code: codeOf(body), header: res.Header, body: body}, nil
}

// codeOf is the code of an answer that reports an error, 0 when it has none. Some answers have one in spite of their status.
func codeOf(body []byte) int64 {
	var fault struct {
		Code number `json:"code"`
	}
	if json.Unmarshal(body, &fault) != nil {
		return 0
	}
	return int64(fault.Code)
}

// accessToken gives a token, of which it is not known that it has ended; refused is one that was just not accepted. Of all who want
// one at a time one asks, the others wait for it.
func (c *Client) accessToken(ctx context.Context, refused string) (string, error) {
	t := &c.token
	select {
	case t.flight <- struct{}{}:
		defer func() { <-t.flight }()
	case <-ctx.Done():
		return "", &Error{Class: Temporary, What: "no time left"}
	}
	now := c.o.Now()
	if t.text.IsSet() && now.Before(t.until) && t.until.Sub(now) <= tokenMost && t.text.Text() != refused {
		return t.text.Text(), nil
	}
	t.text = scanner.Secret{}
	if err := c.rest.check(now); err != nil {
		return "", err
	}
	got, err := c.newToken(ctx)
	if err != nil {
		return "", err
	}
	t.text, t.until = scanner.NewSecret(got.text), now.Add(got.life-tokenEarly)
	return got.text, nil
}

// granted is a token that was given.
type granted struct {
	text   string
	life   time.Duration
	scopes []string // empty: the answer does not tell
}

// newToken asks for a token (grant type account_credentials).
func (c *Client) newToken(ctx context.Context) (granted, error) {
	id, secret, err := c.o.Credentials()
	if err != nil || id == "" || secret == "" {
		return granted{}, c.failure(ctx, &Error{Class: Auth, What: "they cannot be read"}, nil)
	}
	bounded, cancel := context.WithTimeout(ctx, callBound)
	defer cancel()
	form := url.Values{"grant_type": {"account_credentials"}, "account_id": {c.o.AccountID}}
	r, err := http.NewRequestWithContext(bounded, http.MethodPost, c.o.OAuth.String(), bytes.NewReader([]byte(form.Encode())))
	if err != nil {
		return granted{}, &Error{Class: Config}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(id, secret)
	a, err := send(c.o.OAuthClient, r)
	if err != nil {
		return granted{}, c.failure(ctx, err.(*Error), nil) //nolint:errorlint,forcetypeassert // send makes no other
	}
	got, bad := readToken(a)
	if bad != nil {
		return granted{}, c.failure(ctx, bad, a.header)
	}
	return got, nil
}

// readToken reads the answer to a question for a token.
func readToken(a answer) (granted, *Error) {
	if a.status == http.StatusBadRequest || a.status == http.StatusUnauthorized || a.status == http.StatusForbidden {
		return granted{}, &Error{Class: Auth, Status: a.status, Code: a.code}
	}
	if a.status != http.StatusOK {
		return granted{}, &Error{Class: classOf(a.status, a.code), Status: a.status, Code: a.code}
	}
	var got struct {
		Token   string          `json:"access_token"`
		Type    string          `json:"token_type"`
		Expires number          `json:"expires_in"`
		Scope   json.RawMessage `json:"scope"` // of no use to requests: whatever it is, it spoils no token
	}
	if json.Unmarshal(a.body, &got) != nil || !goodToken(got.Token) || !strings.EqualFold(got.Type, "bearer") {
		return granted{}, &Error{Class: Broken, Status: a.status, What: "it holds no token"}
	}
	life := time.Duration(min(max(int64(got.Expires), 0), int64(tokenMost/time.Second))) * time.Second
	var scopes string
	if json.Unmarshal(got.Scope, &scopes) != nil {
		scopes = ""
	}
	return granted{got.Token, max(life, tokenLeast), strings.Fields(scopes)}, nil
}

// goodToken says whether a text may stand in a header (RFC 6750 section 2.1).
func goodToken(text string) bool {
	return text != "" && len(text) <= maxToken && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=") == ""
}

// segment is an id as it stands in a path. Those of instances that begin with a slash, or hold two in a row, are encoded twice.
func segment(id string) string {
	once := url.PathEscape(id)
	if strings.HasPrefix(id, "/") || strings.Contains(id, "//") {
		return url.PathEscape(once)
	}
	return once
}
