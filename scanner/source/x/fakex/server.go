package fakex

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"meetleaks/scanner/source/x/internal/standin"
)

// Options describe the stand-in. Token must be given.
type Options struct {
	Token string
	// Spelling is "tweet", which is the default, or "post": how fields are asked for and named.
	Spelling string
	// Heartbeat is the time between empty lines in the stream, 20 s.
	Heartbeat time.Duration
	// MaxRules (1,000), MaxRule (1,024) and MaxQuery (512) are the limits of the plan, Cap (3,000,000) that of posts.
	MaxRules, MaxRule, MaxQuery int
	Cap                         int
	Connections                 int // streams at a time, 1
	// Check, when given, is called with each answer that is no error, and the name of its schema.
	Check func(schema string, body []byte)
	Now   func() time.Time // nil: time.Now
}

// The bounds of the stand-in.
const (
	maxPosts = 100_000
	maxBody  = 1 << 20
)

// Fault is a way to misbehave.
type Fault = standin.Fault

// Server is an [http.Handler]. It is safe for concurrent use. Calls are listed as "GET /2/tweets?…".
type Server struct {
	standin.Front
	o   Options
	mux *http.ServeMux

	mu      sync.Mutex
	posts   []*stored // by rising id
	byID    map[uint64]*stored
	rules   []Rule
	nextID  uint64
	streams map[*stream]bool
	read    map[string]map[uint64]bool // by day
}

// New makes one without posts and rules.
func New(o Options) *Server {
	def := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	def(&o.MaxRules, 1000)
	def(&o.MaxRule, 1024)
	def(&o.MaxQuery, 512)
	def(&o.Cap, 3_000_000)
	def(&o.Connections, 1)
	if o.Spelling == "" {
		o.Spelling = "tweet"
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 20 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Check == nil {
		o.Check = func(string, []byte) {}
	}
	s := &Server{
		o: o, mux: http.NewServeMux(), byID: map[uint64]*stored{}, streams: map[*stream]bool{}, read: map[string]map[uint64]bool{},
	}
	s.mux.HandleFunc("GET /2/tweets/search/stream/rules", s.listRules)
	s.mux.HandleFunc("POST /2/tweets/search/stream/rules", s.changeRules)
	s.mux.HandleFunc("GET /2/tweets/search/stream", s.serveStream)
	s.mux.HandleFunc("GET /2/tweets/search/recent", s.searchRecent)
	s.mux.HandleFunc("GET /2/tweets", s.lookUp)
	s.mux.HandleFunc("GET /2/usage/tweets", s.usage)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, problem{Title: "Not Found", Type: "about:blank", Detail: "Not Found"})
	})
	return s
}

// ServeHTTP answers as X does, unless a fault was ordered.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Met(w, r, r.Method+" "+r.URL.RequestURI()) {
		return
	}
	got := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(got), []byte(s.o.Token)) != 1 {
		refuse(w, http.StatusUnauthorized, problem{Title: "Unauthorized", Type: "about:blank", Detail: "Unauthorized"})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.mux.ServeHTTP(w, r)
}

// problem is an error as X tells it.
type problem struct {
	Title        string `json:"title"`
	Type         string `json:"type"`
	Detail       string `json:"detail,omitempty"`
	Issue        string `json:"connection_issue,omitempty"`
	Disconnect   string `json:"disconnect_type,omitempty"`
	Parameter    string `json:"parameter,omitempty"`
	ResourceID   string `json:"resource_id,omitempty"`
	ResourceType string `json:"resource_type,omitempty"`
	Value        string `json:"value,omitempty"`
	ID           string `json:"id,omitempty"`
}

const problems = "https://api.x.com/2/problems/"

func refuse(w http.ResponseWriter, status int, p problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p)
}

func badRequest(w http.ResponseWriter, parameter, detail string) {
	refuse(w, http.StatusBadRequest, problem{
		Title: "Invalid Request", Type: problems + "invalid-request", Detail: detail, Parameter: parameter,
	})
}

// answer sends an answer, checked.
func (s *Server) answer(w http.ResponseWriter, schema string, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		refuse(w, http.StatusInternalServerError, problem{Title: "Internal Error", Type: problems + "internal-error"})
		return
	}
	if schema != "" {
		s.o.Check(schema, text)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(text)
}

// wanted is which fields and expansions a request asks for.
type wanted struct{ fields, expand []string }

// wants reads what is asked for, and refuses what X does not know.
func (s *Server) wants(w http.ResponseWriter, r *http.Request, others ...string) (wanted, bool) {
	name := s.o.Spelling + ".fields"
	known := map[string][]string{
		name: allFields(s.o.Spelling), "expansions": allExpansions(s.o.Spelling), "media.fields": {"alt_text", "media_key", "type"},
		"poll.fields": {"id", "options"},
	}
	for parameter, values := range r.URL.Query() {
		if slices.Contains(others, parameter) {
			continue
		}
		allowed, is := known[parameter]
		if !is {
			badRequest(w, parameter, fmt.Sprintf("The query parameter [%s] is not one of those known", parameter))
			return wanted{}, false
		}
		for value := range strings.SplitSeq(values[0], ",") {
			if !slices.Contains(allowed, value) {
				badRequest(w, parameter, fmt.Sprintf("The `%s` query parameter value [%s] is not one of those known", parameter, value))
				return wanted{}, false
			}
		}
	}
	q := r.URL.Query()
	return wanted{strings.Split(q.Get(name), ","), strings.Split(q.Get("expansions"), ",")}, true
}

func allFields(spelling string) []string {
	both := []string{
		"attachments", "card_uri", "conversation_id", "created_at", "entities", "id", "possibly_sensitive", "public_metrics", "text", "withheld",
	}
	if spelling == "post" {
		return append(both, "note_post")
	}
	return append(both, "author_id", "note_tweet", "edit_history_tweet_ids", "referenced_tweets")
}

func allExpansions(spelling string) []string {
	both := []string{"attachments.media_keys", "attachments.poll_ids", "author_id"}
	if spelling == "post" {
		return append(both, "edit_history_post_ids", "referenced_posts")
	}
	return append(both, "edit_history_tweet_ids", "referenced_tweets.id")
}
