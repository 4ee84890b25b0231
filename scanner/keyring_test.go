package scanner

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// testMaster gives a different master key for each seed.
func testMaster(t interface{ Fatal(...any) }, seed byte) Master {
	key := make([]byte, MasterBytes)
	for i := range key {
		key[i] = seed + byte(i)*7
	}
	m, err := NewMaster(key)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func testRing(t interface{ Fatal(...any) }, seeds ...byte) *Keyring {
	var masters []Master
	for _, seed := range seeds {
		masters = append(masters, testMaster(t, seed))
	}
	ring, err := NewKeyring([]byte("an index key of thirty-two bytes"), masters...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func testDataKey(t interface{ Fatal(...any) }, org string) DataKey {
	key, _, err := testRing(t, 1).NewDataKey(org)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestWhatIsSealedOpensOnlyWhereItBelongs(t *testing.T) {
	const clear = "zoom:commercial::84930275116"
	ring := testRing(t, 1)
	acme, wrapped, err := ring.NewDataKey("acme")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := acme.Seal("lk1:a", SealedMeeting, clear)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ring.Unwrap("acme", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open("lk1:a", SealedMeeting, sealed); got != clear || err != nil {
		t.Errorf("the unwrapped key opens %q, %v", got, err)
	}
	if bytes.Contains(sealed, []byte("84930275116")) {
		t.Error("the id stands in what is sealed")
	}
	if twice, err := acme.Seal("lk1:a", SealedMeeting, clear); err != nil || bytes.Equal(twice, sealed) {
		t.Errorf("sealed twice is the same: that tells equal ids apart from others (%v)", err)
	}
	if _, err := acme.Open("lk1:b", SealedMeeting, sealed); !errors.Is(err, ErrNotSealed) {
		t.Errorf("another leak: %v", err)
	}
	if _, err := acme.Open("lk1:a", SealedPlace, sealed); !errors.Is(err, ErrNotSealed) {
		t.Errorf("another purpose: %v", err)
	}
	if _, err := testDataKey(t, "acme").Open("lk1:a", SealedMeeting, sealed); !errors.Is(err, ErrKeyUnknown) {
		t.Errorf("another data key: %v", err)
	}
	if _, err := ring.Unwrap("globex", wrapped); !errors.Is(err, ErrNotSealed) {
		t.Errorf("another organisation's wrapped key: %v", err)
	}
}

// TestMovedToAnotherOrganisation gives one organisation's key bytes another's name: the name itself is authenticated.
func TestMovedToAnotherOrganisation(t *testing.T) {
	acme := testDataKey(t, "acme")
	globex, err := newDataKey("globex", acme.bytes())
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := acme.Seal("lk1:a", SealedMeeting, "zoom:commercial::84930275116")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := acme.HostRef("jdoe@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := globex.Open("lk1:a", SealedMeeting, sealed); !errors.Is(err, ErrNotSealed) {
		t.Errorf("sealed: %v", err)
	}
	if _, err := globex.OpenHost(ref); !errors.Is(err, ErrNotSealed) {
		t.Errorf("host: %v", err)
	}
}

func TestErasingTheWrappedKeyErasesAll(t *testing.T) {
	ring := testRing(t, 1, 2)
	old, _, err := ring.NewDataKey("acme")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := old.Seal("lk1:a", SealedMeeting, "zoom:commercial::84930275116")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := old.HostRef("jdoe@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	// The store forgot the wrapped key; the organisation registers again with a new one. All masters are still there.
	fresh, _, err := ring.NewDataKey("acme")
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]DataKey{"fresh": fresh, "none": {}} {
		if clear, err := key.Open("lk1:a", SealedMeeting, sealed); clear != "" || !errors.Is(err, ErrKeyUnknown) {
			t.Errorf("%s opens the id: %v", name, err)
		}
		if email, err := key.OpenHost(ref); email != "" || !errors.Is(err, ErrKeyUnknown) {
			t.Errorf("%s opens the host: %v", name, err)
		}
	}
	if other, err := fresh.HostRef("jdoe@acme.example"); err != nil || other == ref {
		t.Errorf("the reference of an erased host can be found again (%v)", err)
	}
}

func TestMasterKeysRotate(t *testing.T) {
	before := testRing(t, 1)
	key, wrapped, err := before.NewDataKey("acme")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := key.Seal("lk1:a", SealedMeeting, "webex::acme::26384015972")
	if err != nil {
		t.Fatal(err)
	}
	both := testRing(t, 2, 1)
	rewrapped, changed, err := both.Rewrap("acme", wrapped)
	if err != nil || !changed {
		t.Fatalf("Rewrap: changed %v, %v", changed, err)
	}
	if again, changed, err := both.Rewrap("acme", rewrapped); err != nil || changed || !bytes.Equal(again, rewrapped) {
		t.Errorf("a second Rewrap: changed %v, %v", changed, err)
	}
	if _, err := before.Unwrap("acme", rewrapped); !errors.Is(err, ErrKeyUnknown) {
		t.Errorf("the old master opens what the new one wrapped: %v", err)
	}
	after := testRing(t, 2)
	if _, err := after.Unwrap("acme", wrapped); !errors.Is(err, ErrKeyUnknown) {
		t.Errorf("the new master opens what the old one wrapped: %v", err)
	}
	opened, err := after.Unwrap("acme", rewrapped)
	if err != nil {
		t.Fatal(err)
	}
	if clear, err := opened.Open("lk1:a", SealedMeeting, sealed); err != nil || clear != "webex::acme::26384015972" {
		t.Errorf("after the rotation: %q, %v", clear, err)
	}
	if _, _, err := both.Rewrap("globex", wrapped); !errors.Is(err, ErrNotSealed) {
		t.Errorf("Rewrap for another organisation: %v", err)
	}
	for name, derive := range map[string]func(*Keyring) ([]byte, error){"leak": (*Keyring).LeakKey, "place": (*Keyring).PlaceKey} {
		old, err1 := derive(before)
		now, err2 := derive(after)
		if err1 != nil || err2 != nil || !bytes.Equal(old, now) || bytes.Equal(old, before.IndexKey()) {
			t.Errorf("%s key changed with the master, or is the index key (%v, %v)", name, err1, err2)
		}
	}
}

// TestKeysStayTheSame holds what later versions must still derive and open.
func TestKeysStayTheSame(t *testing.T) {
	ring := testRing(t, 1)
	place, err := ring.PlaceKey()
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(place[:8]); got != goldenPlaceKey {
		t.Errorf("place key %s, want %s", got, goldenPlaceKey)
	}
	wrapped, err := base64.StdEncoding.DecodeString(goldenWrapped)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.Unwrap("acme", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := base64.StdEncoding.DecodeString(goldenSealed)
	if err != nil {
		t.Fatal(err)
	}
	if clear, err := key.Open("lk1:a", SealedMeeting, sealed); err != nil || clear != "zoom:commercial::84930275116" {
		t.Errorf("sealed by the first version: %q, %v", clear, err)
	}
	if ref, err := key.HostRef("jdoe@acme.example"); err != nil || ref != goldenHost {
		t.Errorf("host reference %s, want %s (%v)", ref, goldenHost, err)
	}
}

func TestHostRefsCanBeComparedAndRead(t *testing.T) {
	key := testDataKey(t, "acme")
	ref, err := key.HostRef("jdoe@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if same, err := key.HostRef(" JDoe@Acme.Example "); err != nil || same != ref {
		t.Errorf("the same address gives another reference (%v)", err)
	}
	if other, err := key.HostRef("jdoe2@acme.example"); err != nil || other == ref {
		t.Errorf("another address gives the same reference (%v)", err)
	}
	if other, err := testDataKey(t, "acme").HostRef("jdoe@acme.example"); err != nil || other == ref {
		t.Errorf("another key gives the same reference: it says something about the address (%v)", err)
	}
	if email, err := key.OpenHost(ref); err != nil || email != "jdoe@acme.example" {
		t.Errorf("OpenHost: %q, %v", email, err)
	}
	if strings.Contains(string(ref), "jdoe") {
		t.Error("the address stands in its reference")
	}
}

func TestBoundsOfKeysAndTexts(t *testing.T) {
	index := bytes.Repeat([]byte("x"), 32)
	one := testMaster(t, 1)
	for name, err := range map[string]error{
		"short master": second(NewMaster(make([]byte, 31))), "long master": second(NewMaster(make([]byte, 33))),
		"no master": second(NewMaster(nil)), "all zero": second(NewMaster(make([]byte, 32))),
		"no masters": second(NewKeyring(index)), "short index": second(NewKeyring(index[:31], one)),
		"master twice": second(NewKeyring(index, one, testMaster(t, 2), one)), "master not set": second(NewKeyring(index, Master{})),
		"many masters": second(NewKeyring(index, make([]Master, 17)...)),
		"no org":       third(testRing(t, 1).NewDataKey("")),
		"empty text":   second(testDataKey(t, "acme").Seal("lk1:a", SealedMeeting, "")),
		"long text":    second(testDataKey(t, "acme").Seal("lk1:a", SealedMeeting, strings.Repeat("x", MaxClearBytes+1))),
		"key not set":  second(DataKey{}.Seal("lk1:a", SealedMeeting, "x")),
		"no address":   second(testDataKey(t, "acme").HostRef(" ")),
		"long address": second(testDataKey(t, "acme").HostRef(strings.Repeat("a", 255))),
		"host not set": second(DataKey{}.HostRef("a@acme.example")),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

func TestKeysCannotBePrintedOrEncoded(t *testing.T) {
	master := testMaster(t, 42)
	data := testDataKey(t, "acme")
	hidden := []string{string(master.bytes()), hex.EncodeToString(master.bytes()), fmt.Sprint(master.bytes()),
		string(data.bytes()), hex.EncodeToString(data.bytes()), fmt.Sprint(data.bytes())}
	type inside struct {
		M Master
		D DataKey
		u DataKey
		K *Keyring
	}
	values := []any{master, &master, data, &data, testRing(t, 42), inside{master, data, data, testRing(t, 42)}, []Master{master},
		errors.Join(fmt.Errorf("%v %x", master, data))}
	for _, value := range values {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", value)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%p", "%!"} {
			fmt.Fprintf(&log, verb, value)
		}
		for _, key := range hidden {
			if strings.Contains(log.String(), key) {
				t.Fatalf("%T shows a key", value)
			}
		}
	}
	for _, value := range []any{master, data, NewSecret("a text")} {
		if out, err := json.Marshal(value); err == nil {
			t.Errorf("json of %T: %s", value, out)
		}
		if out, err := value.(encoding.TextMarshaler).MarshalText(); err == nil {
			t.Errorf("text of %T: %s", value, out)
		}
		if out, err := value.(interface{ MarshalYAML() (any, error) }).MarshalYAML(); err == nil {
			t.Errorf("yaml of %T: %s", value, out)
		}
		if shown := fmt.Sprintf("%v %x", value, value) + value.(slog.LogValuer).LogValue().String(); shown != "• ••" {
			t.Errorf("%T is shown as %q", value, shown)
		}
		var out bytes.Buffer
		if err := gob.NewEncoder(&out).Encode(value); err == nil {
			t.Errorf("gob of %T has %d bytes", value, out.Len())
		}
	}
}

// TestSealingHolds: whatever the names and texts, it opens where it belongs, and after any one bit is turned nowhere.
func TestSealingHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ring := testRing(t, 1)
		org := rapid.StringN(1, 40, -1).Draw(t, "org")
		leak := rapid.String().Draw(t, "leak")
		clear := rapid.StringN(1, 300, MaxClearBytes).Draw(t, "clear")
		key, wrapped, err := ring.NewDataKey(org)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := key.Seal(leak, SealedMeeting, clear)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := key.Open(leak, SealedMeeting, sealed); got != clear || err != nil {
			t.Fatalf("opened %q, %v", got, err)
		}
		if other := rapid.String().Draw(t, "other leak"); other != leak {
			if _, err := key.Open(other, SealedMeeting, sealed); err == nil {
				t.Fatal("opens at another leak")
			}
		}
		if other := rapid.String().Draw(t, "other org"); other != org {
			if _, err := ring.Unwrap(other, wrapped); err == nil {
				t.Fatal("unwraps for another organisation")
			}
		}
		flip := rapid.IntRange(0, 8*len(sealed)-1).Draw(t, "bit")
		if _, err := key.Open(leak, SealedMeeting, flipped(sealed, flip)); err == nil {
			t.Fatalf("opens with bit %d turned", flip)
		}
		flip = rapid.IntRange(0, 8*len(wrapped)-1).Draw(t, "bit of the key")
		if _, err := ring.Unwrap(org, flipped(wrapped, flip)); err == nil {
			t.Fatalf("unwraps with bit %d turned", flip)
		}
		cut := rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")
		if _, err := key.Open(leak, SealedMeeting, sealed[:cut]); err == nil {
			t.Fatalf("opens when cut at %d", cut)
		}
	})
}

func flipped(text []byte, bit int) []byte {
	out := bytes.Clone(text)
	out[bit/8] ^= 1 << (bit % 8)
	return out
}

// FuzzOpen: what comes from a store that somebody changed never panics and never opens.
func FuzzOpen(f *testing.F) {
	ring := testRing(f, 1, 2)
	wrapped, err1 := base64.StdEncoding.DecodeString(goldenWrapped) // fixed: fuzzing runs in several processes
	sealed, err2 := base64.StdEncoding.DecodeString(goldenSealed)
	key, err3 := ring.Unwrap("acme", wrapped)
	if err := errors.Join(err1, err2, err3); err != nil {
		f.Fatal(err)
	}
	const ref = goldenHost
	for _, seed := range [][]byte{nil, {1}, {2}, sealed, sealed[:len(sealed)-1], wrapped, wrapped[:40], []byte(ref), []byte(hostPrefix)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if clear, err := key.Open("lk1:a", SealedMeeting, text); err == nil && !bytes.Equal(text, sealed) {
			t.Errorf("opens forged text as %d bytes", len(clear))
		}
		if _, err := ring.Unwrap("acme", text); err == nil && !bytes.Equal(text, wrapped) {
			t.Error("unwraps a forged key")
		}
		if _, _, err := ring.Rewrap("acme", text); err == nil && !bytes.Equal(text, wrapped) {
			t.Error("rewraps a forged key")
		}
		if _, err := key.OpenHost(HostRef(text)); err == nil && string(text) != ref {
			t.Error("opens a forged reference")
		}
	})
}

// What the first version derived and sealed.
const (
	goldenPlaceKey = "0a035f084ad9f90d"
	goldenWrapped  = "AT+TDmcZWOgbz4gOWSYPOX3TqS4hrO/pSfQus4loY4wEgIp/uKmULNl74IhaTSXdljq+SEqieO1p2EfI/Qhhm3yIopimKBw8TtT1bz6g6AqZ"
	goldenSealed   = "Aca+FNTWnewK7j8JoncL/SJkSh4i5zeeFOOU7Um7EvN3Pfmo4RAsVd2a69llIdmGu9IQL6Sq5Rlh6f1jTcO0h2YRE6sVrAiENfWTMag="
	goldenHost     = "hr1:Aca-FNTWnewKz2pOnFqJkZ3i6nLImWR_W1Z4fDXyBrJa7ILbrG-tD9DTgr2fmqfF9qhwBQ29N-hjyiP-EY929Gpg"
)
