package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/scanner"
)

// APIError is a problem that the service answered with. It wraps the scanner's error that it stands for, where there is one:
// ErrNotFound, ErrNotAllowed, ErrBadValue, ErrUnavailable.
type APIError struct {
	Status int
	Detail string        // the service's words, without control characters
	After  time.Duration // when it may be worth to ask again; zero: it did not say
}

func (e *APIError) Error() string {
	switch e.Status {
	case http.StatusUnauthorized:
		return "the token is not accepted"
	case http.StatusTooManyRequests:
		return "the service answers no more requests with wrong tokens for a while"
	}
	if e.Detail == "" {
		return "the service answered " + strconv.Itoa(e.Status) + " " + http.StatusText(e.Status)
	}
	return e.Detail
}

// Unwrap is the scanner's error of the status, nil when there is none.
func (e *APIError) Unwrap() error {
	switch e.Status {
	case http.StatusNotFound:
		return scanner.ErrNotFound
	case http.StatusConflict:
		return scanner.ErrNotAllowed
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return scanner.ErrBadValue
	case http.StatusServiceUnavailable:
		return scanner.ErrUnavailable
	}
	return nil
}

// decode reads an answer into out, or the problem that it is.
func (c *Client) decode(res *http.Response, read []byte, out any) error {
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/problem+json":
		return problemIn(res, read)
	case res.StatusCode != http.StatusOK || err != nil || kind != "application/json":
		return fmt.Errorf("what answers at %s is not the API of meetleaks: it said %d", c.base.Host, res.StatusCode)
	case len(read) > maxAnswer:
		return fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	if err := json.Unmarshal(read, out); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// problemIn is the problem of an answer, with its first detail.
func problemIn(res *http.Response, read []byte) error {
	e := &APIError{Status: res.StatusCode}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 && seconds < int(time.Hour/time.Second) {
		e.After = time.Duration(seconds) * time.Second
	}
	var model huma.ErrorModel
	if len(read) > maxAnswer || json.Unmarshal(read, &model) != nil {
		return e
	}
	e.Detail = model.Detail
	if len(model.Errors) > 0 && model.Errors[0] != nil {
		e.Detail += ": " + strings.TrimSpace(model.Errors[0].Location+" "+model.Errors[0].Message)
	}
	e.Detail = report.Clean(e.Detail)
	return e
}

// unreached says why there is no answer, without the address of the request, in which names stand.
func (c *Client) unreached(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var timing net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens at %s: is `meetleaks serve` running? %w", c.base.Host, scanner.ErrUnavailable)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timing) && timing.Timeout():
		return fmt.Errorf("%s took too long to answer: %w", c.base.Host, scanner.ErrUnavailable)
	}
	return fmt.Errorf("reach %s: %w", c.base.Host, err)
}
