package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"meetleaks/scanner"
)

// retryUnavailable is when to ask again a store that did not answer.
const retryUnavailable = 5 * time.Second

// maxDetails bounds the details of one problem.
const maxDetails = 20

// problem is an answer that is none, in the form of RFC 9457.
type problem struct {
	model  huma.ErrorModel
	header http.Header
}

func newProblem(status int, detail string) *problem {
	return &problem{
		model:  huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: detail},
		header: http.Header{},
	}
}

// after says when it may be worth to ask again.
func (p *problem) after(d time.Duration) *problem {
	p.header.Set("Retry-After", strconv.Itoa(int(d/time.Second)))
	return p
}

// err is the problem as an operation returns it.
func (p *problem) err() error {
	if len(p.header) == 0 {
		return &p.model
	}
	return huma.ErrorWithHeaders(&p.model, p.header)
}

func (p *problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(p.model)
	if err != nil {
		panic(err) // of strings and numbers
	}
	for name, values := range p.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.model.Status)
	_, _ = w.Write(append(body, '\n'))
}

// problemOf says what an error of the store or of the pipeline means. Its text is told only where it is made of our words: what
// was refused, and why.
func (c *Console) problemOf(what, id string, err error) error {
	p := classify(id, err)
	if p.model.Status >= http.StatusInternalServerError {
		c.o.Log.Error(what, "error", shown(err.Error()))
	}
	return p.err()
}

func classify(id string, err error) *problem {
	switch {
	case errors.Is(err, scanner.ErrNotFound), errors.Is(err, scanner.ErrNoLeak):
		return newProblem(http.StatusNotFound, "there is no such leak")
	case errors.Is(err, scanner.ErrNoOrganisation):
		return newProblem(http.StatusNotFound, "there is no such organisation")
	case errors.Is(err, scanner.ErrNotAllowed), errors.Is(err, scanner.ErrNothingAsked):
		return newProblem(http.StatusConflict, ruling(id, err))
	case errors.Is(err, scanner.ErrConflict):
		return newProblem(http.StatusConflict, "it was changed by others at the same time, again and again: try again").after(time.Second)
	case errors.Is(err, scanner.ErrBadValue), errors.Is(err, scanner.ErrBadEvent):
		return newProblem(http.StatusBadRequest, "something in the request is not a value that can be used: "+ruling(id, err))
	case errors.Is(err, scanner.ErrUnavailable):
		return newProblem(http.StatusServiceUnavailable, scanner.ErrUnavailable.Error()).after(retryUnavailable)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return newProblem(http.StatusServiceUnavailable, "it took too long").after(retryUnavailable)
	}
	return newProblem(http.StatusInternalServerError, "this should not have happened; the log says more")
}

// ruling is what [scanner.Leak.Apply] says against an event, without the words before that say which leak and what; of other
// errors the text as a whole.
func ruling(id string, err error) string {
	text := err.Error()
	if _, rest, found := strings.Cut(text, "leak "+id+": "); found && id != "" {
		if _, why, found := strings.Cut(rest, ": "); found {
			text = why
		}
	}
	return shown(text)
}

// trimmed takes out of the problems that the API makes by itself what repeats the request, and what is too much.
func trimmed(_ huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	short := *model
	short.Errors = nil
	for i, detail := range model.Errors {
		switch {
		case i == maxDetails:
			short.Errors = append(short.Errors, &huma.ErrorDetail{Message: fmt.Sprintf("and %d more", len(model.Errors)-maxDetails)})
			return &short, nil
		case detail != nil:
			short.Errors = append(short.Errors, &huma.ErrorDetail{Message: shown(detail.Message), Location: shown(detail.Location)})
		}
	}
	return &short, nil
}

// plainProblems turns what a mux itself answers (no such path, no such method) into problems.
type plainProblems struct {
	http.ResponseWriter
	answered bool
}

func (w *plainProblems) WriteHeader(status int) {
	if w.answered {
		return
	}
	w.answered = true
	p := newProblem(status, "there is nothing at this path")
	if status == http.StatusMethodNotAllowed {
		p = newProblem(status, "this path answers to other methods")
	}
	p.write(w.ResponseWriter)
}

// Write drops the mux's own words.
func (w *plainProblems) Write(b []byte) (int, error) { return len(b), nil }
