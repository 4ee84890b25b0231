package hook

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is what a feeder is told. Nothing of a body is in it.
type answer struct {
	status int
	body   any
	allow  string
	after  int // seconds
}

// report is the body of 200 and 422; see the package's comment.
type report struct {
	Documents    int       `json:"documents"`
	Taken        int       `json:"taken"`
	Leaks        int       `json:"leaks"`
	New          int       `json:"new"`
	Unchanged    int       `json:"unchanged"`
	Unregistered int       `json:"unregistered"`
	Incomplete   int       `json:"incomplete,omitempty"`
	Refused      []refusal `json:"refused"`
}

// refusal is why a document was not taken.
type refusal struct {
	Index  int    `json:"index"`
	Reason string `json:"reason"`
}

type replay struct {
	Replayed bool `json:"replayed"`
}

type complaint struct {
	Error string `json:"error"`
}

func failure(status int, words string) *answer {
	return &answer{status: status, body: complaint{words}}
}

func busy() *answer {
	a := failure(http.StatusTooManyRequests, "too much is under way: send the same again")
	a.after = 1
	return a
}

func (a *answer) write(w http.ResponseWriter) {
	if a.allow != "" {
		w.Header().Set("Allow", a.allow)
	}
	if a.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(a.after))
	}
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // whoever went away is not told
}
