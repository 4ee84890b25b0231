package notify

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func urgencies() []Urgency {
	return []Urgency{StartUnknown, StartsLater, StartsInWeek, StartsInDay, StartsInHour, StartsAtOnce, Running}
}

func classes() []string {
	return []string{
		classHost, classJoin, classRoom, classRegistrant, classRegistration, classInvitation, classRecording, classNumber, "", "?",
	}
}

func TestAdviceForAllFitsIntoACard(t *testing.T) {
	platforms := []string{"", "discord"}
	for name := range english().platforms {
		platforms = append(platforms, name)
	}
	for _, platform := range platforms {
		for _, class := range classes() {
			for _, u := range urgencies() {
				for _, audience := range []string{"", "class 7b", "patients", "town council", "the board"} {
					checkAdvice(t, platform, class, u, audience)
				}
			}
		}
	}
}

func checkAdvice(t *testing.T, platform, class string, u Urgency, audience string) {
	t.Helper()
	list := Advise(platform, class, u, audience)
	if len(list) == 0 || len(list) > MaxAdvice {
		t.Fatalf("%s %s %s: %d entries", platform, class, u, len(list))
	}
	for i, text := range list {
		if text == "" || strings.ContainsAny(text, "{}") || Clean(text) != text || Words(text) > adviceWords {
			t.Errorf("%s %s %s: entry %d of %d words: %q", platform, class, u, i, Words(text), text)
		}
		if slices.Index(list, text) != i {
			t.Errorf("%s %s %s: twice: %q", platform, class, u, text)
		}
	}
	a := Alert{
		Delivery: "dl1:a", Leak: "lk1:a", Organisation: "acme", Platform: platform, Service: "Zoom", MaskedID: "849•••••116",
		Class: class, Topic: "Weekly public board hour", Urgency: u, For: audience, Starts: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC),
		Places: []string{"acme.example, events"}, Reason: "you host this meeting",
	}
	if class == "" {
		return
	}
	m := Compose(a.Cleaned())
	if text := m.Text(); Words(text) > MaxWords || !strings.Contains(text, strings.TrimSuffix(list[0], ".")) || !strings.Contains(text, "Seen at") {
		t.Errorf("%s %s %s: %d words:\n%s", platform, class, u, Words(text), text)
	}
}

func TestANewLinkGoesBeforeAPasscode(t *testing.T) {
	for name := range english().platforms {
		list := Advise(name, classJoin, StartsInWeek, "")
		if strings.Contains(strings.ToLower(list[0]), "passcode") || !strings.Contains(list[0], "those invited only") || !strings.Contains(list[0], "each registered") {
			t.Errorf("%s: %q", name, list[0])
		}
		if at := slices.IndexFunc(list, func(text string) bool { return strings.Contains(text, "passcode") }); at < 2 {
			t.Errorf("%s: the passcode is at %d: %q", name, at, list)
		}
	}
}

func TestARecordingIsUnsharedNotLocked(t *testing.T) {
	for _, u := range urgencies() {
		for name := range english().platforms {
			list := Advise(name, classRecording, u, "the board")
			if strings.Contains(list[0], "ock the") || !strings.Contains(strings.ToLower(list[0]), "shar") && !strings.Contains(list[0], "access") {
				t.Errorf("%s: %q", name, list[0])
			}
		}
	}
}

func TestAudiencesHaveWordsOfTheirOwn(t *testing.T) {
	for audience, want := range map[string]string{
		"Class 7b": "your pupils", "our PATIENTS": "your patients", "town-council": "members", "Board": "the board", "": "those invited",
		"boardgames": "those invited", strings.Repeat("x", 1000): "those invited",
	} {
		if list := Advise("zoom", classJoin, StartsLater, audience); !strings.Contains(list[0], "send it to "+want+" only") {
			t.Errorf("%.20q: %q", audience, list[0])
		}
	}
	for _, audience := range []string{"patients", "the board"} {
		if list := Advise("teams", classJoin, StartsLater, audience); !strings.Contains(list[1], "end-to-end encryption") {
			t.Errorf("%s: %q", audience, list)
		}
	}
	if list := Advise("teams", classJoin, Running, "the board"); strings.Contains(strings.Join(list, " "), "encryption") {
		t.Errorf("while it runs: %q", list)
	}
}

func TestWhatIsLeftToTheTableIsFilledIn(t *testing.T) {
	a := sampleAlert(t)
	a.Exposes, a.Advice, a.Class, a.Urgency = "", nil, classHost, Running
	got := a.Cleaned()
	if got.Exposes != "whoever has the link controls the meeting" || len(got.Advice) == 0 || !strings.HasPrefix(got.Advice[0], "Phone: More, Host tools") {
		t.Errorf("exposes %q, advice %q", got.Exposes, got.Advice)
	}
	a.Exposes, a.Advice = "its own words", []string{"Do this"}
	if got = a.Cleaned(); got.Exposes != "its own words" || len(got.Advice) != 1 {
		t.Errorf("the caller's words are gone: %q, %q", got.Exposes, got.Advice)
	}
	a.Advice, a.Status = nil, "Safe: read again"
	if got = a.Cleaned(); len(got.Advice) != 0 {
		t.Errorf("advice for what is over: %q", got.Advice)
	}
	digest := Alert{Delivery: "dl1:d", Class: "B", Items: []Item{{Leak: "lk1:a"}}}
	if got = digest.Cleaned(); len(got.Advice) != 0 {
		t.Errorf("advice in a digest: %q", got.Advice)
	}
}

func TestARecordingDoesNotStart(t *testing.T) {
	a := sampleAlert(t)
	a.Class, a.Exposes, a.Advice, a.Topic = classRecording, "", nil, ""
	text := Compose(a.Cleaned()).Text()
	if !strings.HasPrefix(text, "A Zoom recording of acme is public: anyone with the link can watch it.\nRecording 981•••••210.\nRecordings, Share") {
		t.Errorf("got\n%s", text)
	}
}

func TestWhatIsNearIsSaidFirst(t *testing.T) {
	a := sampleAlert(t)
	for u, want := range map[Urgency]string{
		Running: "Running now: a Zoom meeting of acme is public", StartsAtOnce: "In minutes: a Zoom meeting of acme is public",
		StartsInDay: "A Zoom meeting of acme is public",
	} {
		a.Urgency = u
		if got := Compose(a.Cleaned()).Headline; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", u, got)
		}
	}
}

func TestASampleAndAnAnnouncementAreMarked(t *testing.T) {
	a := sampleAlert(t)
	a.Kind = Sample
	if got := Compose(a.Cleaned()).Headline; !strings.HasPrefix(got, "Only a test, no leak: a Zoom meeting") {
		t.Errorf("headline %q", got)
	}
	b := Alert{Delivery: "an1:a", Kind: Announce, Status: "You will be told here", Notice: []string{"a", "b", "c", "d"}}
	if err := b.Valid(); err != nil {
		t.Errorf("refused: %v", err)
	}
	if got := b.Cleaned(); len(got.Notice) != MaxNotice || Compose(got).Text() != "You will be told here." {
		t.Errorf("got %q and %q", got.Notice, Compose(got).Text())
	}
}

func TestAReplyKeepsWhatFindsThePlace(t *testing.T) {
	r := Reply{Text: "<!channel> no", MorePlaces: 2}
	for range MaxShown + 3 {
		r.Places = append(r.Places, "https://social.example/acme/18493027511698\u202e\n x")
	}
	got := r.Cleaned()
	if got.Text != "‹!channel› no" || len(got.Places) != MaxShown || got.MorePlaces != 5 {
		t.Errorf("%q, %d places and %d more", got.Text, len(got.Places), got.MorePlaces)
	}
	if got.Places[0] != "https://social.example/acme/18493027511698 x" {
		t.Errorf("place %q", got.Places[0])
	}
	long := Reply{Places: []string{strings.Repeat("ä", 100_000), " \u200b "}}.Cleaned()
	if len(long.Places) != 1 || len([]rune(long.Places[0])) != maxWhere {
		t.Errorf("%d places, the first of %d characters", len(long.Places), len([]rune(long.Places[0])))
	}
}

func TestHowSoonAMeetingIs(t *testing.T) {
	for _, test := range []struct {
		left   time.Duration
		allDay bool
		want   Urgency
	}{
		{8 * 24 * time.Hour, false, StartsLater}, {7 * 24 * time.Hour, false, StartsInWeek}, {24 * time.Hour, false, StartsInDay},
		{time.Hour, false, StartsInHour}, {15 * time.Minute, false, StartsAtOnce}, {0, false, Running}, {-time.Hour, false, Running},
		{8 * 24 * time.Hour, true, StartsLater}, {10 * time.Minute, true, StartsInDay}, {-time.Hour, true, StartsInDay},
	} {
		if got := UrgencyIn(test.left, test.allDay); got != test.want {
			t.Errorf("in %s, the whole day %t: %v, want %v", test.left, test.allDay, got, test.want)
		}
	}
}
