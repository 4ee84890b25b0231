package claims

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"meetleaks/scanner/claims/claimstest"
)

const recordOfAcme = "_meetleaks.acme.example"

// resolvers asks servers. Its timeout is long enough for a busy machine; tests of slow servers give a short one.
func resolvers(t testing.TB, timeout time.Duration, servers ...*claimstest.Server) *Resolvers {
	t.Helper()
	var addresses []string
	for _, s := range servers {
		addresses = append(addresses, s.Address)
	}
	r, err := NewResolvers(ResolverOptions{Addresses: addresses, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const patient = 15 * time.Second

func TestAnswersAreReadForWhatTheyAre(t *testing.T) {
	long := strings.Repeat("x", 255)
	many := claimstest.Entry{}
	for range 200 {
		many.Texts = append(many.Texts, []string{"v=spf1 -all"})
	}
	huge := claimstest.Entry{}
	for range 14 {
		huge.Texts = append(huge.Texts, slices.Repeat([]string{long}, 17))
	}
	for name, test := range map[string]struct {
		entry claimstest.Entry
		want  Answer
	}{
		"one":             {claimstest.One("meetleaks-verification=1"), Answer{Status: StatusTexts, Texts: []string{"meetleaks-verification=1"}}},
		"split":           {claimstest.Entry{Texts: [][]string{{"meetleaks-", "verification", "=1", ""}}}, Answer{Status: StatusTexts, Texts: []string{"meetleaks-verification=1"}}},
		"several":         {claimstest.Entry{Texts: [][]string{{"a"}, {"b"}}}, Answer{Status: StatusTexts, Texts: []string{"a", "b"}}},
		"no name":         {claimstest.Entry{Negative: 900}, Answer{Status: StatusNoName, Negative: 15 * time.Minute}},
		"no record":       {claimstest.Entry{Exists: true, Negative: 7200}, Answer{Status: StatusNoRecord, Negative: time.Hour}},
		"nothing told":    {claimstest.Entry{Exists: true}, Answer{Status: StatusNoRecord}},
		"alias":           {claimstest.Entry{Alias: "pages.hooli.example.", Texts: [][]string{{"x"}}}, Answer{Status: StatusAlias, Alias: "pages.hooli.example."}},
		"too many":        {many, Answer{Status: StatusTexts, Texts: slices.Repeat([]string{"v=spf1 -all"}, maxTexts), More: true}},
		"huge over TCP":   {huge, Answer{Status: StatusTexts, Texts: slices.Repeat([]string{strings.Repeat("x", maxText)}, 14)}},
		"server failure":  {claimstest.Entry{Code: dnsmessage.RCodeServerFailure}, Answer{Status: StatusFailed}},
		"refused":         {claimstest.Entry{Code: dnsmessage.RCodeRefused}, Answer{Status: StatusFailed}},
		"not implemented": {claimstest.Entry{Code: dnsmessage.RCodeNotImplemented}, Answer{Status: StatusFailed}},
	} {
		t.Run(name, func(t *testing.T) {
			s := claimstest.Start(t)
			s.Set(recordOfAcme, test.entry)
			got := resolvers(t, patient, s).Texts(t.Context(), recordOfAcme)[0]
			if (got.Err != nil) != (test.want.Status == StatusFailed) {
				t.Errorf("error %v", got.Err)
			}
			got.Err, test.want.Resolver = nil, s.Address
			if got.Status != test.want.Status || !slices.Equal(got.Texts, test.want.Texts) || got.More != test.want.More ||
				got.Alias != test.want.Alias || got.Negative != test.want.Negative {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

// asked is the id and the question of a message.
func asked(t testing.TB, message []byte) (uint16, dnsmessage.Question) {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil {
		t.Error(err)
	}
	q, err := p.Question()
	if err != nil {
		t.Error(err)
	}
	return header.ID, q
}

func built(t testing.TB, id uint16, q dnsmessage.Question, e claimstest.Entry) []byte {
	answer, err := claimstest.Build(id, q, e)
	if err != nil {
		t.Error(err)
	}
	return answer
}

// TestForgedAnswersArePassedOver sends wrong ones before the right one.
func TestForgedAnswersArePassedOver(t *testing.T) {
	s := claimstest.Start(t)
	s.Set(recordOfAcme, claimstest.One("right"))
	s.Hostile(func(network string, message []byte) [][]byte {
		id, q := asked(t, message)
		other := q
		other.Name = dnsmessage.MustNewName("_meetleaks.globex.example.")
		address := q
		address.Type = dnsmessage.TypeA
		return [][]byte{
			built(t, id+1, q, claimstest.One("forged")), built(t, id, other, claimstest.One("forged")), built(t, id, address, claimstest.Entry{Exists: true}),
			message, nil, []byte("nonsense"), built(t, id, q, claimstest.One("forged"))[:20], s.Answer(network, message),
		}
	})
	got := resolvers(t, patient, s).Texts(t.Context(), recordOfAcme)[0]
	if got.Status != StatusTexts || !slices.Equal(got.Texts, []string{"right"}) {
		t.Errorf("%+v", got)
	}
}

// TestRecordsOfOtherNamesProveNothing puts the right text at a name that was not asked for.
func TestRecordsOfOtherNamesProveNothing(t *testing.T) {
	s := claimstest.Start(t)
	s.Hostile(func(_ string, message []byte) [][]byte {
		id, q := asked(t, message)
		b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, Response: true, RecursionAvailable: true})
		head := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("acme.example."), Class: dnsmessage.ClassINET}
		if err := errors.Join(b.StartQuestions(), b.Question(q), b.StartAnswers(), b.TXTResource(head, dnsmessage.TXTResource{TXT: []string{"x"}})); err != nil {
			t.Error(err)
		}
		answer, err := b.Finish()
		if err != nil {
			t.Error(err)
		}
		return [][]byte{answer}
	})
	if got := resolvers(t, patient, s).Texts(t.Context(), recordOfAcme)[0]; got.Status != StatusNoRecord || len(got.Texts) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestAServerThatMisbehavesIsNoAnswer(t *testing.T) {
	silent := func(string, []byte) [][]byte { return nil }
	flood := func(_ string, message []byte) [][]byte {
		id, q := asked(t, message)
		return slices.Repeat([][]byte{built(t, id^0xff, q, claimstest.One("forged"))}, 100)
	}
	short := func(network string, message []byte) [][]byte {
		id, q := asked(t, message)
		answer := built(t, id, q, claimstest.Entry{Exists: true})
		answer[2] |= 2
		return [][]byte{answer} // cut short, over TCP too
	}
	for name, hostile := range map[string]func(string, []byte) [][]byte{"silent": silent, "forged only": flood, "cut short": short} {
		t.Run(name, func(t *testing.T) {
			s := claimstest.Start(t)
			s.Hostile(hostile)
			begun := time.Now()
			got := resolvers(t, 2*time.Second, s).Texts(t.Context(), recordOfAcme)[0]
			if got.Status != StatusFailed || got.Err == nil || time.Since(begun) > 10*time.Second {
				t.Errorf("%+v after %s", got, time.Since(begun))
			}
		})
	}
}

// TestAStreamThatEndsTooEarlyIsNoAnswer hangs up in the middle, and claims more than it sends.
func TestAStreamThatEndsTooEarlyIsNoAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { listener.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Write(append(binary.BigEndian.AppendUint16(nil, 65535), "only this"...))
			conn.Close()
		}
	}()
	packets, err := net.ListenPacket("udp", listener.Addr().String()) // takes questions, answers none
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	r, err := NewResolvers(ResolverOptions{Addresses: []string{listener.Addr().String()}, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Texts(t.Context(), recordOfAcme)[0]; got.Status != StatusFailed {
		t.Errorf("%+v", got)
	}
}

func TestWhoDoesNotKnowEDNSIsAskedWithoutIt(t *testing.T) {
	s := claimstest.Start(t)
	s.Set(recordOfAcme, claimstest.One("right"))
	s.Hostile(func(network string, message []byte) [][]byte {
		id, q := asked(t, message)
		if binary.BigEndian.Uint16(message[10:]) > 0 {
			return [][]byte{built(t, id, q, claimstest.Entry{Code: dnsmessage.RCodeFormatError})}
		}
		return [][]byte{s.Answer(network, message)}
	})
	if got := resolvers(t, patient, s).Texts(t.Context(), recordOfAcme)[0]; got.Status != StatusTexts {
		t.Errorf("%+v", got)
	}
}

func TestResolversAreChecked(t *testing.T) {
	for _, o := range []ResolverOptions{
		{}, {Addresses: []string{"192.0.2.1"}}, {Addresses: []string{"192.0.2.1:53", "192.0.2.1:53"}},
		{Addresses: []string{"192.0.2.1:53"}, Quorum: 2}, {Addresses: []string{"192.0.2.1:53"}, Quorum: -1},
		{Addresses: slices.Repeat([]string{"192.0.2.1:53"}, MaxResolvers+1)},
	} {
		if _, err := NewResolvers(o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	for n, want := range map[int]int{1: 1, 2: 2, 3: 2, 4: 3, 5: 3} {
		var addresses []string
		for i := range n {
			addresses = append(addresses, net.JoinHostPort("192.0.2.1", string(rune('1'+i))))
		}
		if r, err := NewResolvers(ResolverOptions{Addresses: addresses}); err != nil || r.quorum != want {
			t.Errorf("of %d: %v", n, err)
		}
	}
}

func TestTheSystemsResolversAreRead(t *testing.T) {
	text := "# a comment\nnameserver 192.0.2.1\nsearch acme.example\nnameserver 2001:db8::1\nnameserver fe80::1%eth0\nnameserver 192.0.2.1\nnameserver\nnameserver x\n"
	want := []string{"192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1%eth0]:53"}
	if got := SystemResolvers(strings.NewReader(text)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := SystemResolvers(bytes.NewReader(nil)); !slices.Equal(got, []string{"127.0.0.1:53"}) {
		t.Errorf("%q", got)
	}
}

// FuzzAnswer reads what anybody may send.
func FuzzAnswer(f *testing.F) {
	name := dnsmessage.MustNewName(recordOfAcme + ".")
	q := dnsmessage.Question{Name: name, Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET}
	for _, e := range []claimstest.Entry{
		{}, {Negative: 60}, claimstest.One("meetleaks-verification=1"), {Alias: "a.example.", Texts: [][]string{{"x", "y"}}}, {Code: dnsmessage.RCodeRefused},
	} {
		answer, err := claimstest.Build(7, q, e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(answer)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		a, err := readAnswer(message, 7, name)
		if err != nil {
			return
		}
		if len(a.Texts) > maxTexts || (a.Status == StatusTexts) != (len(a.Texts) > 0) || a.Status == "" || a.Negative < 0 {
			t.Errorf("%+v", a)
		}
		a.Resolver = "192.0.2.1:53"
		found := judge(want{domain: "acme.example", value: RecordPrefix + "00000000000000000000000000000000"}, []Answer{a}, 1)
		for _, text := range append(found.said, found.seen[0].What) {
			if strings.ContainsAny(text, "\x00\x1b\n") || len(text) > maxSaidText {
				t.Errorf("%q", text)
			}
		}
	})
}
