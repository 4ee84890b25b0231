//go:build linux && long

package bluesky

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/bluesky/fakejetstream"
	"meetleaks/scanner/source/sourcetest"
)

// pds is a real server of the AT Protocol (testdata/pds) in a network namespace of its own. What its stream says is put into frames of
// Jetstream by the driver, and sent by a stand-in of Jetstream as it is. Calls are made one at a time.
type pds struct {
	fake     *fakejetstream.Server
	log      *buffer
	operator string // credentials

	calling sync.Mutex
	in      io.Writer
	answers chan pdsAnswer // closed at the end of the server

	mu     sync.Mutex
	frames []pdsFrame
	more   chan struct{} // closed and made anew with each frame
	ended  string        // why; "": it runs
}

// pdsAnswer is what the server answers to a call.
type pdsAnswer struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// pdsFrame is what is needed of a frame of Jetstream to know it again.
type pdsFrame struct {
	DID    string `json:"did"`
	TimeUS int64  `json:"time_us"`
	Kind   string `json:"kind"`
	Commit struct {
		Rev string `json:"rev"`
	} `json:"commit"`
	Account struct {
		Active bool   `json:"active"`
		Status string `json:"status"`
	} `json:"account"`
}

// The bounds of waiting for the server.
const (
	pdsStarts   = 2 * time.Minute // loading takes seconds, more on a busy machine
	pdsPatience = 40 * time.Second
	pdsEnds     = 5 * time.Second
	maxPDSLine  = 4 << 20 // bytes
	maxPDSLog   = 1 << 20
)

// pdsFolder is where .ci/pds installs the server.
func pdsFolder(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("find the cache folder: %v", err)
	}
	folder := filepath.Join(cache, "meetleaks", "pds")
	want, err := os.ReadFile("testdata/pds/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("this test needs the server of the AT Protocol that testdata/pds pins, and it is not in %s: run .ci/pds (%v)", folder, err)
	}
	return folder
}

// startPDS starts one without accounts. It ends with the test.
func startPDS(t *testing.T, fake *fakejetstream.Server) *pds {
	t.Helper()
	folder := pdsFolder(t)
	for program, of := range map[string]string{"node": "nodejs", "unshare": "util-linux"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("this test needs %s (Debian: %s; .ci/deps long installs it): %v", program, of, err)
		}
	}
	driver, err := filepath.Abs("testdata/pds/driver.mjs")
	if err != nil {
		t.Fatal(err)
	}
	const inside = `PATH=$PATH:/usr/sbin:/sbin; ip link set lo up && exec node --max-old-space-size=512 "$@"`
	cmd := exec.Command("unshare", "--net", "--map-root-user", "sh", "-c", inside, "sh", driver, folder)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir(), "NODE_OPTIONS=")
	p := &pds{fake: fake, log: &buffer{}, answers: make(chan pdsAnswer), more: make(chan struct{})}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.in = in
	go p.read(out, said)
	t.Cleanup(func() {
		in.Close()
		stuck := time.AfterFunc(pdsEnds, func() { _ = cmd.Process.Kill() })
		defer stuck.Stop()
		for range p.answers { //nolint:revive // answers that nobody waits for, until it has ended
		}
		_ = cmd.Wait() // how it ends does not matter any more
	})
	var began struct {
		Operator string `json:"operator"`
	}
	p.answer(t, "start a server in a network namespace of its own (user namespaces must be allowed)", pdsStarts, &began)
	p.operator = began.Operator
	return p
}

// read reads what the driver says until it ends.
func (p *pds) read(out, said io.Reader) {
	defer close(p.answers)
	var log sync.WaitGroup
	log.Go(func() {
		_, _ = io.Copy(p.log, io.LimitReader(said, maxPDSLog)) // it ends with the driver
		_, _ = io.Copy(io.Discard, said)
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, maxPDSLine)
	for lines.Scan() {
		var line struct {
			Answer *pdsAnswer      `json:"answer"`
			Event  json.RawMessage `json:"event"`
			Failed string          `json:"failed"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			line.Failed = "the driver says what is no JSON"
		}
		switch {
		case line.Failed != "":
			p.end(line.Failed)
		case line.Answer != nil:
			p.answers <- *line.Answer
		default:
			p.event(line.Event)
		}
	}
	_, _ = io.Copy(io.Discard, out) // behind a line that is too long
	log.Wait()
	p.end("its output ended")
}

// end keeps why the server ended, if that is not known.
func (p *pds) end(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended == "" {
		p.ended = why
	}
	close(p.more)
	p.more = make(chan struct{})
}

// event sends a frame to whoever listens.
func (p *pds) event(raw json.RawMessage) {
	var f pdsFrame
	if err := json.Unmarshal(raw, &f); err != nil {
		p.end("a frame that cannot be read")
		return
	}
	p.fake.At(time.UnixMicro(f.TimeUS), raw)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frames = append(p.frames, f)
	close(p.more)
	p.more = make(chan struct{})
}

func (p *pds) why() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended + "\n" + p.log.String()
}

// answer waits for the next answer, which is put into what into points to, unless it is nil.
func (p *pds) answer(t *testing.T, to string, within time.Duration, into any) {
	t.Helper()
	select {
	case a, ok := <-p.answers:
		if !ok {
			t.Fatalf("%s: the server ended: %s", to, p.why())
		}
		if a.Status != http.StatusOK {
			t.Fatalf("%s: the server answers %d: %s", to, a.Status, a.Body)
		}
		if into == nil {
			return
		}
		if err := json.Unmarshal(a.Body, into); err != nil {
			t.Fatalf("%s: %v", to, err)
		}
	case <-time.After(within):
		t.Fatalf("%s: no answer: %s", to, p.why())
	}
}

// call calls a method and returns how many frames there were before.
func (p *pds) call(t *testing.T, auth, method string, body, into any) (before int) {
	t.Helper()
	p.calling.Lock()
	defer p.calling.Unlock()
	call := map[string]any{"method": method, "auth": auth}
	switch body := body.(type) {
	case nil:
	case []byte:
		call["type"], call["body"] = "image/png", base64.StdEncoding.EncodeToString(body)
	default:
		call["type"], call["body"] = "application/json", body
	}
	line, err := json.Marshal(call)
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	before = len(p.frames)
	p.mu.Unlock()
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		t.Fatalf("%s: %v: %s", method, err, p.why())
	}
	p.answer(t, method, pdsPatience, into)
	return before
}

// until waits for a frame after so many others.
func (p *pds) until(t *testing.T, what string, seen int, fits func(pdsFrame) bool) {
	t.Helper()
	patience := time.After(pdsPatience)
	for {
		p.mu.Lock()
		frames, more, ended := p.frames, p.more, p.ended
		p.mu.Unlock()
		for ; seen < len(frames); seen++ {
			if fits(frames[seen]) {
				return
			}
		}
		if ended != "" {
			t.Fatalf("%s: the server ended: %s", what, p.why())
		}
		select {
		case <-more:
		case <-patience:
			t.Fatalf("%s: the stream does not tell of it", what)
		}
	}
}

// pdsAccount is somebody with an account. What they do is told by the stream when a method of theirs returns.
type pdsAccount struct {
	*pds
	did, auth string
}

// account makes an account with a handle under .test.
func (p *pds) account(t *testing.T, name string) *pdsAccount {
	t.Helper()
	var made struct {
		DID    string `json:"did"`
		Access string `json:"accessJwt"`
	}
	p.call(t, "", "com.atproto.server.createAccount", map[string]any{
		"email": name + "@acme.example", "handle": name + ".test", "password": "of " + name + ", for a minute",
	}, &made)
	return &pdsAccount{pds: p, did: made.DID, auth: "Bearer " + made.Access}
}

// pdsRecord is where a record is.
type pdsRecord struct {
	URI        string `json:"uri"` // at://did/collection/key
	CID        string `json:"cid"`
	Validation string `json:"validationStatus"`
	Commit     struct {
		Rev string `json:"rev"`
	} `json:"commit"`
}

// place is what a taker gets to see.
func (r pdsRecord) place() string {
	parts := strings.Split(r.URI, "/")
	return placeOf(parts[2], parts[3], parts[4])
}

// write creates, puts or deletes a record, and waits until the stream has told of it.
func (a *pdsAccount) write(t *testing.T, method, collection, key string, record any) pdsRecord {
	t.Helper()
	body := map[string]any{"repo": a.did, "collection": collection}
	if key != "" {
		body["rkey"] = key
	}
	if record != nil {
		body["record"] = record
	}
	var written pdsRecord
	before := a.call(t, a.auth, "com.atproto.repo."+method, body, &written)
	a.until(t, method, before, func(f pdsFrame) bool { return f.DID == a.did && f.Commit.Rev == written.Commit.Rev })
	return written
}

// post posts what the server knows to be a post.
func (a *pdsAccount) post(t *testing.T, text string, embed any, facets ...fakejetstream.Facet) pdsRecord {
	t.Helper()
	written := a.write(t, "createRecord", PostCollection, "", fakejetstream.Record(text, time.Now(), embed, facets...))
	if written.Validation != "valid" {
		t.Errorf("a post is %q to a real server", written.Validation)
	}
	return written
}

func (a *pdsAccount) remove(t *testing.T, place string) {
	t.Helper()
	_, collection, key, _ := partsOf(place)
	a.write(t, "deleteRecord", collection, key, nil)
}

// state changes the state of the account by a method, and waits until the stream has told of it. status "": it is active.
func (a *pdsAccount) state(t *testing.T, auth, method, status string, body any) {
	t.Helper()
	before := a.call(t, auth, method, body, nil)
	a.until(t, method, before, func(f pdsFrame) bool {
		return f.DID == a.did && f.Kind == "account" && f.Account.Status == status && f.Account.Active == (status == "")
	})
}

func (a *pdsAccount) deactivate(t *testing.T) {
	t.Helper()
	a.state(t, a.auth, "com.atproto.server.deactivateAccount", "deactivated", map[string]any{})
}

func (a *pdsAccount) activate(t *testing.T) {
	t.Helper()
	a.state(t, a.auth, "com.atproto.server.activateAccount", "", nil)
}

// takenDown is what the server's operator does.
func (a *pdsAccount) takenDown(t *testing.T) {
	t.Helper()
	a.state(t, a.operator, "com.atproto.admin.updateSubjectStatus", "takendown", map[string]any{
		"subject":  map[string]any{"$type": "com.atproto.admin.defs#repoRef", "did": a.did},
		"takedown": map[string]any{"applied": true},
	})
}

func (a *pdsAccount) deleted(t *testing.T) {
	t.Helper()
	a.state(t, a.operator, "com.atproto.admin.deleteAccount", "deleted", map[string]any{"did": a.did})
}

// idsIn are the numbers of meetings that are found in a text, in order.
func idsIn(text string) []string {
	ids := map[string]bool{}
	for _, sighting := range matchers.Find([]byte(text)) {
		ids[sighting.Link.ID] = true
	}
	return slices.Sorted(maps.Keys(ids))
}

// The numbers of testLink and otherLink.
const (
	testID  = "84930275116"
	otherID = "91750382649"
)

// withPDS is a rig whose service tells what a real server does.
func withPDS(t *testing.T) (*rig, *pds) {
	t.Helper()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, pdsOptions)
	return r, startPDS(t, r.fake)
}

func pdsOptions(o *Options) {
	o.Promising = matchers.Standard().Promising
	o.Collections = []string{PostCollection, fakejetstream.Events}
}

// finds says that a post is handed on, and which numbers are found in it. It returns what was handed on.
func (r *rig) finds(t *testing.T, what string, written pdsRecord, ids ...string) sourcetest.Took {
	t.Helper()
	took := r.await(sourcetest.WasTaken, written.place())
	if got := idsIn(took.Text); !slices.Equal(got, ids) {
		t.Errorf("%s: found %v, want %v in %q", what, got, ids, took.Text)
	}
	if string(took.Reading.Version) != written.CID {
		t.Errorf("%s: version %q, the record is %q", what, took.Reading.Version, written.CID)
	}
	return took
}

func TestPDSLinksAreFoundInFull(t *testing.T) {
	r, server := withPDS(t)
	wanda := server.account(t, "wanda")
	run := r.begin()
	const text, seen = "Täglich um neun: acme.zoom.us/j/8493027511... bis dann", "acme.zoom.us/j/8493027511..."
	start := strings.Index(text, seen)
	facet := fakejetstream.Facet{Start: start, End: start + len(seen), URI: testLink}
	external := map[string]any{"$type": "app.bsky.embed.external", "external": map[string]any{
		"uri": otherLink, "title": "globex.zoom.us/j/917503826…", "description": "",
	}}
	whole := wanda.post(t, text, nil, facet)
	if took := r.finds(t, "a facet", whole, testID); took.Text != "Täglich um neun:  "+testLink+"  bis dann" {
		t.Errorf("a facet: text %q", took.Text)
	}
	const unmarked = "see acme.zoom.us/j/8493027511 today" // of which a number of ten digits could be read
	r.finds(t, "a facet on what is cut without a mark", wanda.post(t, unmarked, nil, fakejetstream.Facet{
		Start: len("see "), End: len(unmarked) - len(" today"), URI: testLink,
	}), testID)
	r.finds(t, "a facet and an embed", wanda.post(t, text, external, facet), testID, otherID)
	r.finds(t, "an embed alone", wanda.post(t, text, external), otherID)
	r.finds(t, "neither", wanda.post(t, text, nil))
	r.finds(t, "an image", wanda.post(t, "look", wanda.picture(t, "join at "+otherLink)), otherID)
	quoting := map[string]any{
		"$type": "app.bsky.embed.recordWithMedia", "media": external,
		"record": map[string]any{"$type": "app.bsky.embed.record", "record": map[string]any{"uri": whole.URI, "cid": whole.CID}},
	}
	r.finds(t, "a quote with an embed", wanda.post(t, "see there", quoting), otherID)
	begins := time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC)
	dated := r.finds(t, "an event", wanda.write(t, "createRecord", fakejetstream.Events, "", map[string]any{
		"$type": fakejetstream.Events, "name": "Town hall", "createdAt": "2026-11-21T10:00:00Z", "startsAt": begins.Format(time.RFC3339),
		"uris": []any{map[string]any{"uri": testLink, "name": "join"}},
	}), testID)
	if len(dated.Reading.Events) != 1 || !dated.Reading.Events[0].Start.Time.Equal(begins) || !strings.HasPrefix(dated.URI, "at://did:plc:") {
		t.Errorf("an event: %+v", dated)
	}
	run.end()
	if r.health.Read != 8 || r.health.Failed != 0 || r.health.Truncated == 0 {
		t.Errorf("health %+v", r.health)
	}
	if strings.Contains(r.log.String(), "did:") || strings.Contains(r.log.String(), "wanda") {
		t.Errorf("the log names somebody: %s", r.log)
	}
}

// picture uploads a picture and makes an embed of it.
func (a *pdsAccount) picture(t *testing.T, alt string) any {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	var uploaded struct {
		Blob json.RawMessage `json:"blob"`
	}
	a.call(t, a.auth, "com.atproto.repo.uploadBlob", b.Bytes(), &uploaded)
	return map[string]any{"$type": "app.bsky.embed.images", "images": []any{map[string]any{"image": uploaded.Blob, "alt": alt}}}
}

func TestPDSRecordsThatChangeAndGo(t *testing.T) {
	r, server := withPDS(t)
	wanda := server.account(t, "wanda")
	run := r.begin()
	before := wanda.post(t, "see "+testLink, nil)
	place := before.place()
	r.finds(t, "before", before, testID)
	_, _, key, _ := partsOf(place)
	for _, text := range []string{"it is " + otherLink + " instead", "over"} {
		after := wanda.write(t, "putRecord", PostCollection, key, fakejetstream.Record(text, time.Now(), nil))
		ctx, cancel := context.WithTimeout(t.Context(), pdsPatience)
		took, ok := r.taker.Await(ctx, func(took sourcetest.Took) bool { return took.URI == place && took.Text == text })
		cancel()
		if !ok || after.place() != place || string(took.Reading.Version) != after.CID || after.CID == before.CID {
			t.Errorf("changed into %q: %+v", text, r.taker.All())
		}
	}
	if n := r.count(sourcetest.WasDeleted, place); n != 0 {
		t.Errorf("deleted %d times before it was", n)
	}
	wanda.remove(t, place)
	r.await(sourcetest.WasDeleted, place)
	run.end()
	if r.health.Deleted != 1 || r.health.Failed != 0 {
		t.Errorf("health %+v", r.health)
	}
}

func TestPDSAccountsThatGo(t *testing.T) {
	r, server := withPDS(t)
	wanda, otto, nele := server.account(t, "wanda"), server.account(t, "otto"), server.account(t, "nele")
	run := r.begin()
	places := map[string]string{}
	for name, a := range map[string]*pdsAccount{"wanda": wanda, "otto": otto, "nele": nele} {
		places[name] = a.post(t, "see "+testLink, nil).place()
		r.await(sourcetest.WasTaken, places[name])
	}
	otto.deactivate(t)
	r.await(sourcetest.WasAway, places["otto"])
	run.end()
	r.source, r.cursor = r.open(r.taker, pdsOptions), "" // a crash: what is known has to come from what is kept
	run = r.begin()
	otto.activate(t)
	r.await(sourcetest.WasBack, places["otto"])
	again := otto.post(t, "again "+otherLink, nil).place()
	r.await(sourcetest.WasTaken, again)
	wanda.deleted(t)
	r.await(sourcetest.WasAway, places["wanda"])
	otto.takenDown(t)
	r.await(sourcetest.WasAway, again)
	r.await(sourcetest.WasTaken, nele.post(t, "and "+otherLink, nil).place())
	run.end()
	if r.count(sourcetest.WasAway, places["nele"])+r.count(sourcetest.WasDeleted, places["nele"]) != 0 || r.count(sourcetest.WasBack, places["otto"]) != 1 || r.health.Failed != 0 {
		t.Errorf("health %+v, calls %+v", r.health, r.taker.All())
	}
}

// pdsWorld is who posted what, for the suite of all sources.
type pdsWorld struct {
	*pds
	mu  sync.Mutex
	who map[string]*pdsAccount // by name, and by place
}

func (w *pdsWorld) at(name string) *pdsAccount {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.who[name]
}

func (w *pdsWorld) post(t *testing.T, p sourcetest.Post) string {
	a := w.at(p.Author)
	if a == nil {
		a = w.account(t, p.Author)
	}
	place := a.post(t, p.Text, nil).place()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.who[p.Author], w.who[place] = a, a
	return place
}

// TestPDSSuite runs the suite of all sources with what a real server makes of it.
func TestPDSSuite(t *testing.T) {
	fake, err := fakejetstream.New(fakejetstream.Options{Check: checked(t)})
	if err != nil {
		t.Fatal(err)
	}
	jetstream := httptest.NewServer(fake)
	t.Cleanup(jetstream.Close)
	w := &pdsWorld{pds: startPDS(t, fake), who: map[string]*pdsAccount{}}
	address := parsed(t, jetstream.URL)
	sourcetest.Run(t, sourcetest.Harness{
		Kind: scanner.Stream, Social: true, Signal: sourcetest.SaysDeleted, Post: w.post,
		Open: func(t *testing.T, taker *sourcetest.Taker, log *slog.Logger) sourcetest.Read {
			client, err := fetch.APIClient(fetch.APIOptions{Base: address, Private: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.CloseIdleConnections)
			s, err := NewSource(Options{BaseURL: address, Client: client, Taker: taker, Log: log, Promising: matchers.Standard().Promising})
			if err != nil {
				t.Fatal(err)
			}
			return s.Read
		},
		Edit: func(t *testing.T, uri, text string) {
			_, collection, key, _ := partsOf(uri)
			w.at(uri).write(t, "putRecord", collection, key, fakejetstream.Record(text, time.Now(), nil))
		},
		Delete:  func(t *testing.T, uri string) { w.at(uri).remove(t, uri) },
		Suspend: func(t *testing.T, author string) { w.at(author).takenDown(t) },
	})
	if err := fake.Err(); err != nil {
		t.Errorf("a real server sent what the schema of events refuses: %v", err)
	}
}
