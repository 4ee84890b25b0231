package main

import (
	"strings"
	"testing"

	"meetleaks/matchers"
)

func TestHiderHidesIdsThatStandByThemselves(t *testing.T) {
	h := newHider()
	link := matchers.Link{Platform: "zoom", ID: "84930275116"}
	link.AddAlias(matchers.Link{Platform: "google-meet", ID: "kfw-pqnz-rty"}.Key())
	h.learn(link)
	h.learn(matchers.Link{Platform: "jitsi", ID: "archive"})
	for text, want := range map[string]string{
		"docs/notes-84930275116.txt":  "docs/notes-849•••••116.txt",
		"zoom84930275116x":            "zoom849•••••116x",
		"849 3027 5116.pdf":           "849•••••116.pdf",
		"849_3027_5116 849-3027-5116": "849•••••116 849•••••116",
		"a.zip!KFW-PQNZ-RTY/b":        "a.zip!KF•••••/b",
		"1849302751167.txt":           "1849302751167.txt", // another number
		"archive/2019":                "archive/2019",      // an ordinary word
		"849 3027  5116":              "849 3027  5116",
		"":                            "",
	} {
		if got := h.hide(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestHiderIsBounded(t *testing.T) {
	h := newHider()
	for _, id := range []string{"", "12345", strings.Repeat("9", maxHiddenSize+1)} {
		h.learn(matchers.Link{Platform: "zoom", ID: id})
	}
	if h.ids.Len() > 0 || len(h.lengths) > 0 {
		t.Errorf("%d ids, lengths %v", h.ids.Len(), h.lengths)
	}
}

func FuzzHide(f *testing.F) {
	for _, seed := range []string{"", "84930275116", "a 849 3027 5116", "849-3027-511", "\xff84930275116•", "8493027511684930275116"} {
		f.Add(seed)
	}
	h := newHider()
	h.learn(matchers.Link{Platform: "zoom", ID: "84930275116"})
	f.Fuzz(func(t *testing.T, text string) {
		got := h.hide(text)
		if again := h.hide(got); again != got {
			t.Errorf("%q, then %q", got, again)
		}
	})
}
