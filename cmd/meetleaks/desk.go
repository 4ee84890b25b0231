package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os/user"
	"slices"
	"strings"
	"syscall"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/scanner"
)

// desk is where the queue is worked: a store, or a running service. Texts that come from it are masked and without control
// characters.
type desk interface {
	// orgs names the organisations.
	orgs(ctx context.Context) ([]string, error)
	list(ctx context.Context, org string, q console.Query) (console.LeakList, error)
	show(ctx context.Context, org, id string) (console.LeakDetails, error)
	act(ctx context.Context, org, id string, do console.Action) (console.Outcome, error)
	close() error
}

// deskOptions say which desk.
type deskOptions struct {
	config    string // file
	server    string // URL of a running service; "": the store of the configuration
	tokenFile string // of the service
}

// openDesk opens the desk. With acts it must be possible to change leaks: on a store that needs the master key.
func (a *app) openDesk(ctx context.Context, o deskOptions, acts bool) (desk, error) {
	switch {
	case o.server == "" && o.tokenFile != "":
		return nil, usage("", "--token-file is for --server")
	case o.server == "":
		return a.storeDesk(ctx, o.config, acts)
	}
	return a.serverDesk(o)
}

// serverDesk is a running service, asked through its API.
type serverDesk struct{ client *console.Client }

func (d serverDesk) orgs(ctx context.Context) ([]string, error) {
	list, err := d.client.Organisations(ctx)
	names := make([]string, 0, len(list.Organisations))
	for _, o := range list.Organisations {
		names = append(names, o.Name)
	}
	return names, err
}

func (d serverDesk) list(ctx context.Context, org string, q console.Query) (console.LeakList, error) {
	return d.client.List(ctx, org, q)
}

func (d serverDesk) show(ctx context.Context, org, id string) (console.LeakDetails, error) {
	return d.client.Show(ctx, org, id)
}

func (d serverDesk) act(ctx context.Context, org, id string, do console.Action) (console.Outcome, error) {
	return d.client.Act(ctx, org, id, do)
}

func (serverDesk) close() error { return nil }

// serverBound is how long one request may take.
const serverBound = 30 * time.Second

// serverDesk checks the address and reads the token; it sends nothing yet.
func (a *app) serverDesk(o deskOptions) (desk, error) {
	if o.tokenFile == "" {
		return nil, usage("it is the file that the service's console.token_file names, or console.token beside its embedded store",
			"--server needs --token-file")
	}
	base, err := serverURL(o.server)
	if err != nil {
		return nil, err
	}
	token, err := config.SecretFile(o.tokenFile).Read()
	if err != nil {
		return nil, usage("", "--token-file: %w", err)
	}
	var file string
	if o.config != "" {
		loaded, err := a.loadConfig(o.config)
		if err != nil {
			return nil, err
		}
		file = string(loaded.Fetch.CAFile)
	}
	roots, err := certificates(file)
	if err != nil {
		return nil, err
	}
	client, err := console.NewClient(base, token, serverClient(base, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}))
	if err != nil {
		return nil, usage("", "--server: %w", err)
	}
	return serverDesk{client}, nil
}

// serverURL reads the address of a service. In clear the token goes to this machine only.
func serverURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, usage("", "--server wants an address like https://meetleaks.acme.example or http://127.0.0.1:8470")
	}
	switch base.Scheme {
	case "https":
		return base, nil
	case "http":
		if isLoopbackName(base.Hostname()) {
			return base, nil
		}
		return nil, usage("use https://, or a tunnel to 127.0.0.1", "--server: over http:// the token would go through the network in clear")
	}
	return nil, usage("", "--server wants https://, or http:// on this machine")
}

func isLoopbackName(host string) bool {
	at, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && at.Unmap().IsLoopback()
}

// serverClient goes to one service directly, past any proxy; in clear only to this machine, whatever "localhost" may mean here.
func serverClient(base *url.URL, secure *tls.Config) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if base.Scheme == "http" {
		dialer.Control = onlyLoopback
	}
	return &http.Client{Timeout: serverBound, Transport: &http.Transport{
		DialContext: dialer.DialContext, TLSClientConfig: secure, TLSHandshakeTimeout: 10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true,
	}}
}

// onlyLoopback judges an address when it is dialled.
func onlyLoopback(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return errors.New("not an address of this machine: the token would go through the network in clear")
	}
	return nil
}

// storeDesk is a store. It is asked through the same API as a service, within this process, so that both say and allow the same.
type storeDesk struct {
	serverDesk
	opened *openedStore
	names  []string
}

func (d *storeDesk) orgs(context.Context) ([]string, error) { return slices.Clone(d.names), nil }

func (d *storeDesk) close() error { return d.opened.store.Close() }

// storeDesk opens the store of the configuration; other processes may have it open.
func (a *app) storeDesk(ctx context.Context, file string, acts bool) (desk, error) {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return nil, err
	}
	opened, err := a.existingStore(ctx, loaded.Config)
	if err != nil {
		return nil, err
	}
	d := &storeDesk{opened: opened}
	if err := a.joinDesk(ctx, d, loaded, acts); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (a *app) joinDesk(ctx context.Context, d *storeDesk, loaded *config.Loaded, acts bool) error {
	log := slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: plainAttr}))
	var err error
	if d.names, err = d.opened.store.Organisations(ctx); err != nil {
		return failed("", "read the store %s: %w", d.opened, err)
	}
	o := console.Options{
		Organisations: func() []string { return d.names }, Store: d.opened.store, Zone: (&service{loaded: loaded}).zone, Log: log, Now: a.now,
		Ready: func(context.Context) []string { return nil },
		Do: func(context.Context, string, string, scanner.LeakEvent) (scanner.Leak, error) {
			return scanner.Leak{}, scanner.ErrNotAllowed
		},
	}
	if acts {
		pipeline, err := a.deskPipeline(ctx, loaded, d.opened, log)
		if err != nil {
			return err
		}
		o.Do, o.HostOf = asUser(pipeline), pipeline.HostOf
	}
	var draw [16]byte
	_, _ = rand.Read(draw[:]) // never fails
	token := hex.EncodeToString(draw[:])
	o.Token = func() (string, error) { return token, nil }
	inside, err := console.New(o)
	if err != nil {
		return failed("", "%w", err)
	}
	here := &url.URL{Scheme: "http", Host: "store"}
	d.client, err = console.NewClient(here, token, &http.Client{Transport: inProcess{inside.Private()}})
	if err != nil {
		return failed("", "%w", err)
	}
	return nil
}

// deskPipeline is what changes leaks of a store: with the keys, hosts and rooms of the service, so that what is owed because of a
// change is told as the service would.
func (a *app) deskPipeline(ctx context.Context, loaded *config.Loaded, opened *openedStore, log *slog.Logger) (*scanner.Pipeline, error) {
	s := &service{app: a, loaded: loaded, opened: opened, log: log}
	var err error
	if s.keys, err = openKeys(loaded.Keys, opened); err != nil {
		return nil, err
	}
	if err := s.readHosts(ctx); err != nil {
		return nil, err
	}
	return s.newPipeline(func(string, string) bool { return false })
}

// asUser lets events happen in the name of whoever runs this process.
func asUser(p *scanner.Pipeline) func(context.Context, string, string, scanner.LeakEvent) (scanner.Leak, error) {
	return func(ctx context.Context, org, id string, ev scanner.LeakEvent) (scanner.Leak, error) {
		ev.By = scanner.Actor{Role: scanner.RoleAnalyst, Ref: "cli:" + userName()}
		return p.Do(ctx, org, id, ev)
	}
}

// maxUserName bounds the name of a user in the audit, in bytes.
const maxUserName = 64

// userName is the name of the account that runs this process, for the audit.
func userName() string {
	u, err := user.Current()
	if err != nil {
		return "unknown"
	}
	name := plain(u.Username)
	if name == "" || len(name) > maxUserName {
		return "unknown"
	}
	return name
}

// inProcess carries requests to a handler of this process.
type inProcess struct{ handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:0"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	w := &kept{status: http.StatusOK, header: http.Header{}}
	t.handler.ServeHTTP(w, in)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// kept is an answer in memory; the API bounds it.
type kept struct {
	status int
	wrote  bool
	header http.Header
	body   bytes.Buffer
}

func (k *kept) Header() http.Header { return k.header }

func (k *kept) WriteHeader(status int) {
	if !k.wrote {
		k.status, k.wrote = status, true
	}
}

func (k *kept) Write(b []byte) (int, error) {
	k.wrote = true
	return k.body.Write(b)
}

// deskFault makes of an error of a desk what people are told, and the exit code.
func deskFault(ctx context.Context, err error) error {
	var refused *console.APIError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return outcome(exitInterrupted)
	case isFault(err):
		return err
	case errors.As(err, &refused) && refused.Status == http.StatusUnauthorized:
		return usage("--token-file names the file with the service's console.token", "%w", err)
	case errors.As(err, &refused) && refused.Status == http.StatusForbidden:
		return usage("", "%w", err)
	case errors.As(err, &refused) && refused.After > 0: // it may be otherwise soon
		return failed(fmt.Sprintf("try again in %s", refused.After), "%w", err)
	case errors.Is(err, scanner.ErrNotFound), errors.Is(err, scanner.ErrNotAllowed), errors.Is(err, scanner.ErrBadValue):
		return usage("", "%w", err)
	}
	return failed("", "%w", err)
}
