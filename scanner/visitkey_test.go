package scanner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func testVisitKey(t *testing.T, text string) VisitKey {
	t.Helper()
	key, err := NewVisitKey([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestWhatIsKnownOfAPageOpensThereAlone(t *testing.T) {
	const page = "https://acme.example/room/98765432101"
	key := testVisitKey(t, "a key of the tests alone")
	name := key.Name("own-site", page)
	sealed, err := key.Seal("own-site", name, []byte(page))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(name, "98765432101") || bytes.Contains(sealed, []byte("98765432101")) || CheckPage(name) != nil {
		t.Errorf("kept as %s: %q", name, sealed)
	}
	if clear, err := testVisitKey(t, "a key of the tests alone").Open("own-site", name, sealed); err != nil || string(clear) != page {
		t.Errorf("%q, %v", clear, err)
	}
	if twice, err := key.Seal("own-site", name, []byte(page)); err != nil || bytes.Equal(sealed, twice) {
		t.Errorf("sealed twice is the same: %v", err)
	}
	other := testVisitKey(t, "another key of the tests")
	broken := bytes.Clone(sealed)
	broken[len(broken)-1] ^= 1
	for what, c := range map[string]struct {
		key          VisitKey
		source, name string
		sealed       []byte
		want         error
	}{
		"another source": {key, "other", name, sealed, ErrNotSealed},
		"another page":   {key, "own-site", key.Name("own-site", "https://acme.example/"), sealed, ErrNotSealed},
		"damaged":        {key, "own-site", name, broken, ErrNotSealed},
		"nothing":        {key, "own-site", name, nil, ErrNotSealed},
		"in clear":       {key, "own-site", name, []byte(`{"depth":1}`), ErrNotSealed},
		"another key":    {other, "own-site", name, sealed, ErrKeyUnknown},
		"no key":         {VisitKey{}, "own-site", name, sealed, ErrKeyUnknown},
	} {
		if _, err := c.key.Open(c.source, c.name, c.sealed); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	names := map[string]bool{
		name: true, key.Name("other", page): true, key.Name("own-site", page+"1"): true, key.Name("own-siteh", page[1:]): true,
		other.Name("own-site", page): true,
	}
	if len(names) != 5 {
		t.Errorf("names that are alike: %v", names)
	}
}

// A label or a form that changed would make all that is remembered unknown.
func TestNamesOfPagesStay(t *testing.T) {
	const want = "vk1:e3cd89191ae0bb6e4685e80f1ce65d90"
	if name := testVisitKey(t, "a key of the tests alone").Name("own-site", "https://acme.example/"); name != want {
		t.Errorf("the name is %s", name)
	}
}

func TestAVisitKeyIsNeverShown(t *testing.T) {
	key := testVisitKey(t, "a key of the tests alone")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if shown := fmt.Sprintf(verb, key); shown != "•" {
			t.Errorf("%s shows %s", verb, shown)
		}
	}
	if text, err := json.Marshal(key); err == nil {
		t.Errorf("encoded as %s", text)
	}
	if _, err := NewVisitKey([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
	if _, err := (VisitKey{}).Seal("own-site", "a", nil); !errors.Is(err, ErrKeyUnknown) {
		t.Errorf("without a key: %v", err)
	}
}
