package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// bytes is what bodies hold together.
func (g *gate) bytes() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held
}

// within gives a test a bounded time.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// dial sends the head of a request that announces length bytes, and the first part of its body.
func dial(t *testing.T, server *httptest.Server, length int, part string) net.Conn {
	t.Helper()
	var dialer net.Dialer
	c, err := dialer.DialContext(within(t), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "POST /hooks/feed HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n%s", length, part)
	return c
}

func TestADripIsCutOff(t *testing.T) {
	r := open(t, func(o *Options) { o.ReadBound = 50 * time.Millisecond })
	server := httptest.NewServer(r.hook)
	defer server.Close()
	c := dial(t, server, 1<<20, `{"uri":`)
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") {
		t.Errorf("%s, %v", answer, err)
	}
	if held := r.hook.gate.bytes(); held != 0 {
		t.Errorf("%d bytes are held", held)
	}
}

func TestTheTimeOfARequestIsBounded(t *testing.T) {
	r := open(t, func(o *Options) { o.TotalBound = 20 * time.Millisecond })
	r.taker.block = func(ctx context.Context) { <-ctx.Done() }
	if code, _ := r.push("msg-1", line("uri", "a", "text", "x")); code != 503 {
		t.Errorf("status %d", code)
	}
}

// A sender who waits longer than its body may take is not taken for gone.
func TestTakingMayLastLongerThanReading(t *testing.T) {
	r := open(t, func(o *Options) { o.ReadBound, o.Now = 300*time.Millisecond, time.Now })
	r.taker.block = func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(600 * time.Millisecond):
		}
	}
	server := httptest.NewServer(r.hook)
	defer server.Close()
	code, body := post(t, server, "msg-1", line("uri", "a", "text", "x"))
	if code != 200 {
		t.Errorf("%d %s", code, body)
	}
}

func TestWhoGoesAwayIsNotWaitedFor(t *testing.T) {
	r := open(t, func(o *Options) { o.Now = time.Now })
	ended := make(chan error, 1)
	started := make(chan struct{})
	r.taker.block = func(ctx context.Context) {
		close(started)
		<-ctx.Done()
		ended <- ctx.Err()
	}
	server := httptest.NewServer(r.hook)
	defer server.Close()
	ctx, leave := context.WithCancel(within(t))
	var sender sync.WaitGroup
	sender.Go(func() {
		if resp, err := server.Client().Do(signed(ctx, t, server.URL, "msg-1", line("uri", "a", "text", "x"))); err == nil {
			resp.Body.Close()
		}
	})
	<-started
	leave()
	sender.Wait()
	select {
	case <-ended:
	case <-within(t).Done():
		t.Error("the taker goes on")
	}
}

func signed(ctx context.Context, t *testing.T, to, id, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", sign(id, now, []byte(body)))
	return req
}

func post(t *testing.T, server *httptest.Server, id, body string) (int, string) {
	t.Helper()
	resp, err := server.Client().Do(signed(within(t), t, server.URL, id, body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestTooMuchAtATimeIsSentAway(t *testing.T) {
	r := open(t, nil)
	entered, goOn := make(chan struct{}, 100), make(chan struct{})
	r.taker.block = func(ctx context.Context) {
		entered <- struct{}{}
		select {
		case <-goOn:
		case <-ctx.Done():
		}
	}
	var first sync.WaitGroup
	codes := make(chan int, MaxUnderWay)
	for i := range MaxUnderWay {
		first.Go(func() {
			code, _ := r.push(fmt.Sprintf("msg-%d", i), line("uri", "a", "text", "x"))
			codes <- code
		})
	}
	for range MaxUnderWay {
		<-entered
	}
	if code, _ := r.push("msg-other", line("uri", "b", "text", "x")); code != 429 {
		t.Errorf("the ninth: %d", code)
	}
	close(goOn)
	first.Wait()
	for range MaxUnderWay {
		if code := <-codes; code != 200 {
			t.Errorf("one of eight: %d", code)
		}
	}
	if code, _ := r.push("msg-other", line("uri", "b", "text", "x")); code != 200 {
		t.Errorf("afterwards: %d", code)
	}
}

func TestTheSameAtTheSameTimeIsTakenOnce(t *testing.T) {
	r := open(t, nil)
	entered, goOn := make(chan struct{}, 100), make(chan struct{})
	r.taker.block = func(context.Context) { entered <- struct{}{}; <-goOn }
	var first sync.WaitGroup
	first.Go(func() { r.push("msg-1", line("uri", "a", "text", "x")) })
	<-entered
	if code, _ := r.push("msg-1", line("uri", "a", "text", "x")); code != 429 {
		t.Errorf("the same beside: %d", code)
	}
	close(goOn)
	first.Wait()
	if _, body := r.push("msg-1", line("uri", "a", "text", "x")); body != `{"replayed":true}` || r.taker.list() != "take a" {
		t.Errorf("the same behind: %s, %s", body, r.taker.list())
	}
}

// What was read and is being taken is not sent away.
func TestBytesAreBounded(t *testing.T) {
	r := open(t, nil)
	full := holding{gate: &r.hook.gate}
	if !full.more(MaxHeld - 1000) {
		t.Fatal("no room at all")
	}
	if code, _ := r.push("msg-1", line("uri", "a", "text", "x")); code != 429 {
		t.Errorf("without room: %d", code)
	}
	full.release()
	if code, _ := r.push("msg-1", line("uri", "a", "text", "x")); code != 200 {
		t.Errorf("with room: %d", code)
	}
}

// Strangers who send their bodies slowly, few large ones or many small ones, keep no feeder out.
func TestSlowStrangersMakeRoom(t *testing.T) {
	for name, body := range map[string]struct {
		strangers int
		part      string
	}{"many": {3 * MaxReading, "{"}, "large": {12, strings.Repeat(" ", MaxBody-1)}} {
		r := open(t, func(o *Options) { o.ReadBound, o.Now = time.Minute, time.Now })
		server := httptest.NewServer(r.hook)
		for range body.strangers {
			dial(t, server, MaxBody, body.part)
		}
		if code, answer := post(t, server, "msg-1", line("uri", "a", "text", "x")); code != 200 {
			t.Errorf("%s: %d %s", name, code, answer)
		}
		if readers, held := r.hook.gate.reading(), r.hook.gate.bytes(); readers > MaxReading || held > MaxHeld {
			t.Errorf("%s: %d readers hold %d bytes", name, readers, held)
		}
		server.CloseClientConnections()
		server.Close()
		if held := r.hook.gate.bytes(); held != 0 {
			t.Errorf("%s: %d bytes are held", name, held)
		}
	}
}

func (g *gate) reading() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.readers)
}

// What is hostile comes back in no answer and in no log.
func TestNothingOfABodyIsSaidOrLogged(t *testing.T) {
	const marks = "84930275116 Zk3mQ9xWvT7bLr2s hunter2-b7Qx"
	r := open(t, nil)
	bodies := []string{
		marks, `{"` + marks + `":1}`, line("uri", "a\x00"+marks, "text", marks), line("uri", marks, "text", marks, "event", marks),
		line("uri", marks, "text", marks, "seen_at", marks), line("uri", "https://"+marks, "text", "x"), line("uri", marks, "text", marks),
		line("uri", marks, "text", marks, "media_type", marks), strings.Repeat(marks, 10_000), line("schema", marks),
	}
	r.taker.fail = func(what string) error {
		if strings.HasPrefix(what, "take") {
			return fmt.Errorf("take %s", what)
		}
		return nil
	}
	for i, body := range bodies {
		_, answer := r.push("msg-"+strconv.Itoa(i), body)
		for _, mark := range strings.Fields(marks) {
			if strings.Contains(answer, mark) || strings.Contains(r.log.String(), mark) {
				t.Errorf("body %d: %s; log %s", i, answer, r.log)
			}
		}
	}
	forged := request(t, marks, "{}")
	forged.Header.Set("Webhook-Signature", marks)
	for range 5 {
		if code, answer := r.do(forged); code != 401 || strings.Contains(answer, "hunter2") {
			t.Errorf("forged: %d %s", code, answer)
		}
	}
	if n := strings.Count(r.log.String(), "signature"); n != 1 {
		t.Errorf("forged requests fill the log: %d lines", n)
	}
}

func FuzzBody(f *testing.F) {
	for _, seed := range []string{"", "{}", "{\"uri\":\"a\",\"text\":\"x\"}\n\n{", "[\n]\n", "\xff\x00\n", strings.Repeat("{\n", 1100)} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, lines bool) {
		r := open(t, nil)
		req := request(t, "msg-1", string(body))
		if !lines {
			req.Header.Set("Content-Type", "application/json")
		}
		code, answer := r.do(req)
		var got report
		if err := json.Unmarshal([]byte(answer), &got); err != nil {
			t.Fatalf("%d %s: %v", code, answer, err)
		}
		if code != 200 && code != 422 && code != 413 || code != 413 && got.Documents != got.Taken+len(got.Refused) || got.Taken != len(r.taker.calls) {
			t.Fatalf("%d %s", code, answer)
		}
	})
}

// The script of the guide speaks to the real thing.
func TestTheScriptIsTaken(t *testing.T) {
	r := open(t, func(o *Options) { o.Now = time.Now })
	server := httptest.NewServer(r.hook)
	defer server.Close()
	push := func(key, documents string) (string, error) {
		cmd := exec.CommandContext(within(t), "sh", "testdata/push.sh", server.URL)
		cmd.Env = append(cmd.Environ(), "FEED_KEY="+key)
		cmd.Stdin = strings.NewReader(documents)
		var complaint bytes.Buffer
		cmd.Stderr = &complaint
		out, err := cmd.Output()
		return string(out) + complaint.String(), err
	}
	out, err := push(testKey, line("uri", testPage, "text", "ü "+testLink)+"\n"+line("uri", "b", "text", "% \\n $HOME `id`")+"\n")
	if err != nil || !strings.Contains(out, `"documents":2,"taken":2,"leaks":1`) {
		t.Errorf("%s: %v (the test needs sh, curl and openssl)", out, err)
	}
	if out, err := push("whsec_aW52ZW50ZWQgZm9yIGdsb2JleCBhbmQgbm9ib2R5", line("uri", "a", "text", "x")); err == nil || !strings.Contains(out, "401") {
		t.Errorf("a wrong key: %s: %v", out, err)
	}
}
