package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"meetleaks/scanner"
)

// apiPrefix is where the API is. What is under it keeps working: fields and operations are added, none are taken away.
const apiPrefix = "/api/v1"

// The bounds of the API.
const (
	maxBody      = 64 << 10 // bytes of a request's body
	maxPage      = 200      // leaks in a page
	maxRows      = 200      // deliveries, and audit entries, shown of one leak
	maxLedgers   = 1000     // organisations whose ledgers are read for one request
	maxReasonLen = 500      // characters of what people give as a reason
)

// newAPI makes the handler of everything under apiPrefix, and its description in OpenAPI 3.1.
func newAPI(c *Console) (http.Handler, []byte, error) {
	mux := http.NewServeMux()
	api := humago.NewWithPrefix(mux, apiPrefix, apiConfig())
	c.registerReads(api)
	c.registerActs(api)
	description, err := json.Marshal(api.OpenAPI())
	if err != nil {
		return nil, nil, fmt.Errorf("describe the API: %w", err)
	}
	return newDoorkeeper(c.o, c.limits).guard(c.bounded(withProblems(mux))), description, nil
}

// apiConfig leaves out what huma would serve by itself: its page loads a script from outside, and its description is made while
// requests are answered, without a lock.
func apiConfig() huma.Config {
	format := huma.Format{
		Marshal:   func(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) },
		Unmarshal: json.Unmarshal,
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "meetleaks",
				Version:     "1",
				Description: "Leaked meeting links, who was told of them, and what became of them. Errors are problem details (RFC 9457).",
			},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{trimmed},
	}
}

// operation is what all operations share.
func (c *Console) operation(id, method, path, summary string, errors ...int) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary,
		MaxBodyBytes: maxBody, BodyReadTimeout: c.limits.body,
		Errors: append([]int{
			http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable,
		}, errors...),
	}
}

// bounded lets a bounded number of requests run at once, each for a bounded time; the others wait for as long.
func (c *Console) bounded(next http.Handler) http.Handler {
	places := make(chan struct{}, c.limits.atOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), c.limits.request)
		defer cancel()
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			next.ServeHTTP(w, r.WithContext(ctx))
		case <-ctx.Done():
			newProblem(http.StatusServiceUnavailable, "too many requests at the same time").after(retryUnavailable).write(w)
		}
	})
}

// withProblems is the mux, whose own answers become problems.
func withProblems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			w = &plainProblems{ResponseWriter: w}
		}
		mux.ServeHTTP(w, r)
	})
}

// known returns an error unless the organisation is configured.
func (c *Console) known(org string) error {
	for _, name := range c.o.Organisations() {
		if name == org {
			return nil
		}
	}
	return newProblem(http.StatusNotFound, "there is no such organisation").err()
}

// checked returns an error unless the names in a path can be those of an organisation and of a leak.
func (c *Console) checked(org, id string) error {
	if err := c.known(org); err != nil {
		return err
	}
	if err := scanner.CheckName("leak", id); err != nil {
		return newProblem(http.StatusNotFound, "there is no such leak").err()
	}
	return nil
}
