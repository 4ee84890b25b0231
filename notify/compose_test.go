package notify

import (
	"strings"
	"testing"
	"time"
)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func sampleAlert(t *testing.T) Alert {
	return Alert{
		Delivery: "dl1:0a1b2c", Leak: "lk1:77aa", Organisation: "acme", Platform: "zoom", Service: "Zoom",
		MaskedID: "981•••••210", Class: "B", Topic: "Board, third quarter", Exposes: "the passcode is in the link",
		Starts: time.Date(2026, 11, 24, 15, 0, 0, 0, berlin(t)), Urgency: StartsInWeek,
		Advice: []string{"Lock the meeting, or move it to a new link"}, Places: []string{"acme.example, events page", "a public post"},
		MorePlaces: 1, Kind: New, Audience: "host", Reason: "you host this meeting",
	}
}

func TestAMessageSaysWhatWhichWhenWhatToDoWhereAndWhy(t *testing.T) {
	got := Compose(sampleAlert(t).Cleaned()).Text()
	want := strings.Join([]string{
		"A Zoom meeting of acme is public: the passcode is in the link.",
		"“Board, third quarter” 981•••••210: starts Tue 24 Nov 15:00 CET.",
		"Lock the meeting, or move it to a new link.",
		"Seen at acme[.]example, events page, a public post and 1 other place.",
		"You are told because you host this meeting.",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTheHeadlineHoldsNoIDNoTopicAndNoPlace(t *testing.T) {
	got := Compose(sampleAlert(t).Cleaned()).Headline
	for _, secret := range []string{"981", "Board", "events"} {
		if strings.Contains(got, secret) {
			t.Errorf("the headline %q holds %q", got, secret)
		}
	}
}

func TestAMessageHasSixtyWordsAtMost(t *testing.T) {
	long := map[string]string{
		"words":    strings.Repeat("word ", 20_000),
		"unbroken": strings.Repeat("x", 100_000),
		"chinese":  strings.Repeat("会议链接公开", 20_000),
		"thai":     strings.Repeat("การประชุม", 10_000),
		"marks":    strings.Repeat("!?", 50_000),
		"mixed":    strings.Repeat("会議 room, ", 10_000),
	}
	for name, text := range long {
		a := sampleAlert(t)
		for _, field := range []*string{&a.Organisation, &a.Service, &a.MaskedID, &a.Topic, &a.Exposes, &a.Reason} {
			*field = text
		}
		a.Advice, a.Places, a.MorePlaces = []string{text, text}, []string{text, text, text}, 1_000_000
		for _, status := range []string{"", text} {
			a.Status = status
			m := Compose(a.Cleaned())
			if n := Words(m.Text()); n > MaxWords {
				t.Errorf("%s: %d words: %s", name, n, m.Text())
			}
			if n := len([]rune(m.Text())); n > 1500 {
				t.Errorf("%s: %d characters", name, n)
			}
			if m.Headline == "" {
				t.Errorf("%s: no headline", name)
			}
		}
	}
}

func TestWhatIsLongInOneFieldLeavesRoomForTheOthers(t *testing.T) {
	a := sampleAlert(t)
	a.Exposes, a.Topic = strings.Repeat("word ", 100), strings.Repeat("board ", 100)
	text := Compose(a.Cleaned()).Text()
	for _, part := range []string{"981•••••210", "15:00 CET", "Lock the meeting", "you host this meeting"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}

func TestWordsAreCountedAsTheyAreRead(t *testing.T) {
	for text, want := range map[string]int{
		"":                                 0,
		"one":                              1,
		"one two  three":                   3,
		"… · —":                            0,
		"981•••••210":                      1,
		strings.Repeat("x", 41):            3,
		"会议链接":                             2,
		"会议链接 public":                      3,
		"회의 링크 공개":                         3,
		"การประชุม":                        2,
		"acme[.]example":                   1,
		strings.Repeat("!", 40):            2,
		"don’t":                            1,
		"a\nb\tc":                          3,
		strings.Repeat("ひらがな", 10):         20,
		"Board会议":                          2,
		"“Board, third quarter” 98•: then": 5,
	} {
		if got := Words(text); got != want {
			t.Errorf("Words(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestAStatusTakesTheHeadlineAndTheAdviceGoes(t *testing.T) {
	a := sampleAlert(t)
	a.Status = "Safe: the settings were read again and hold"
	m := Compose(a.Cleaned())
	if m.Headline != "Safe: the settings were read again and hold." || strings.Contains(m.Text(), "Lock the meeting") {
		t.Errorf("got\n%s", m.Text())
	}
}

func TestADigestNamesEachMeeting(t *testing.T) {
	a := Alert{Delivery: "dl1:d", Organisation: "acme", Kind: Digest, MoreItems: 2, Reason: "you lead security operations"}
	for range MaxItems + 3 {
		a.Items = append(a.Items, Item{Service: "Webex", MaskedID: "25••", Topic: strings.Repeat("topic ", 50), Status: strings.Repeat("s", 300)})
	}
	m := Compose(a.Cleaned())
	if m.Headline != "45 meetings of acme are public." {
		t.Errorf("headline %q", m.Headline)
	}
	if len(m.Lines) != MaxItems+1 || m.Lines[MaxItems] != "And 5 more." {
		t.Errorf("%d lines, the last %q", len(m.Lines), m.Lines[len(m.Lines)-1])
	}
	for _, line := range m.Lines {
		if Words(line) > itemWords || !strings.HasPrefix(line, "And") && !strings.Contains(line, "25••") {
			t.Errorf("line of %d words: %s", Words(line), line)
		}
	}
}

func TestCleanedSharesNothingAndKeepsCounts(t *testing.T) {
	a := sampleAlert(t)
	a.Places = []string{"<one>", "two", "three", "four", "five", "six", "seven"}
	got := a.Cleaned()
	if a.Places[0] != "<one>" || got.Places[0] != "‹one›" {
		t.Errorf("places %q became %q", a.Places[0], got.Places[0])
	}
	if len(got.Places) != MaxPlaces || got.MorePlaces != 3 {
		t.Errorf("%d places and %d more", len(got.Places), got.MorePlaces)
	}
}

func TestAnAlertWithoutAnIdentityIsRejected(t *testing.T) {
	good := sampleAlert(t)
	if err := good.Valid(); err != nil {
		t.Errorf("a good alert: %v", err)
	}
	for _, id := range []string{"", "a.b", "a b", "a\r\nx: y", strings.Repeat("x", 129), "ä"} {
		a := good
		a.Delivery = id
		if e := AsError(a.Valid()); e == nil || e.Class != Rejected {
			t.Errorf("delivery %q: %v", id, e)
		}
	}
	if e := AsError((Alert{Delivery: "dl1:x"}).Valid()); e == nil || e.Reason != "nothing-to-say" {
		t.Errorf("an empty alert: %v", e)
	}
}

func TestAFaultSaysNothingOfAMeeting(t *testing.T) {
	a := Alert{Delivery: "dl1:f", Organisation: "acme", Kind: Fault, Status: "The books do not add up", Reason: "you guard acme"}
	if err := a.Valid(); err != nil {
		t.Errorf("refused: %v", err)
	}
	if got := Compose(a.Cleaned()).Text(); got != "The books do not add up.\nYou are told because you guard acme." {
		t.Errorf("got\n%s", got)
	}
	a.Status = ""
	if a.Valid() == nil {
		t.Error("a fault that says nothing is accepted")
	}
}
