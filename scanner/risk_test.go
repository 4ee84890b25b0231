package scanner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
)

func testNow() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

func finding(class matchers.Class, secrets ...string) *Finding {
	return &Finding{
		Link:   matchers.Link{Platform: "zoom", Kind: matchers.Meeting, Class: class, ID: "84930275116", Secrets: secrets},
		Places: []Place{{URI: "a.md", Line: 1, Column: 1}},
	}
}

func TestAssessTable(t *testing.T) {
	room := finding(matchers.HostCredential)
	room.Link.Kind = matchers.PersonalRoom
	often := finding(matchers.NumberOnly)
	often.MorePlaces = 19
	public := finding(matchers.JoinWithSecret)
	public.Public = true

	tests := []struct {
		name    string
		finding *Finding
		near    string
		score   int
		level   string
		reason  string
	}{
		{"host credential", finding(matchers.HostCredential), "", 60 + 10, "critical", "host credential"},
		{"host credential of a room", room, "", 60 + 12 + 10, "critical", "permanent"},
		{"join link", finding(matchers.JoinWithSecret), "", 30 + 10, "medium", "may be live now"},
		{"passcode", finding(matchers.JoinWithSecret, "pwd"), "", 30 + 15 + 10, "high", "the passcode is in the link"},
		{"room", finding(matchers.PermanentRoom), "", 30 + 12 + 10, "high", "permanent"},
		{"attendee", finding(matchers.AttendeePersonal, "tk"), "", 25 + 15 + 10, "high", "access token"},
		{"form has no start", finding(matchers.PublicForm), "on 2026-11-22", 5, "low", "registration"},
		{"chat has no start", finding(matchers.ChatInvite), "", 25, "medium", "chat"},
		{"recording has no start", finding(matchers.PastContent, "pwd"), "2026-11-21", 25 + 15, "medium", "recording"},
		{"number", finding(matchers.NumberOnly), "", 10 + 10, "low", "number"},
		{"number in many places", often, "", 10 + 10 + 10, "medium", "20 places"},
		{"today", finding(matchers.JoinWithSecret), "Join on 2026-11-21 at noon", 30 + 25, "high", "within a day or is running now (2026-11-21)"},
		{"this week", finding(matchers.JoinWithSecret), "Date: 26 November 2026", 30 + 20, "high", "within a week"},
		{"later", finding(matchers.JoinWithSecret), "Date: 26 March 2027", 30 + 12, "medium", "to come"},
		{"past", finding(matchers.JoinWithSecret), "Posted 2021-03-04", 30 + 4, "medium", "has passed"},
		{"one more urgent date rules", finding(matchers.JoinWithSecret), "Posted 2021-03-04, next on 22.11.2026", 30 + 25, "high", "2026-11-22"},
		{"raid", finding(matchers.JoinWithSecret), "everybody come\nand SPAM   the\u200b chat lol", 30 + 10 + 25, "high", "“spam the chat”"},
		{"innocent word", finding(matchers.JoinWithSecret), "the RAID controller", 30 + 10 + 10, "high", "may call for a raid"},
		{"two such words", finding(matchers.JoinWithSecret), "troll bomb", 30 + 10 + 25, "high", "“bomb”, “troll”"},
		{"public words", finding(matchers.JoinWithSecret, "pwd"), "Open to the public.", 30 + 15 + 10 - 10, "medium", "“open to the public”"},
		{"public words do not count beside a raid", finding(matchers.JoinWithSecret), "open to the public, zoombombing welcome", 30 + 10 + 25, "high", "invite the public"},
		{"public words keep the floor", finding(matchers.JoinWithSecret), "Posted 2021-03-04. Everyone is welcome!", 30, "medium", "invite the public"},
		{"public words do not help a host key", finding(matchers.HostCredential), "everyone is welcome", 70, "critical", "invite the public"},
		{"configured as public", public, "", 30, "medium", "configuration"},
	}
	assessor := NewAssessor()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			near := Near{Now: testNow(), Texts: []string{test.near}}
			risk := assessor.Assess(test.finding, near)
			if risk.Score != test.score || risk.Level != test.level {
				t.Errorf("score %d %s, want %d %s; reasons %q", risk.Score, risk.Level, test.score, test.level, risk.Reasons)
			}
			if !strings.Contains(strings.Join(risk.Reasons, "\n"), test.reason) {
				t.Errorf("no reason holds %q: %q", test.reason, risk.Reasons)
			}
			if again := Assess(test.finding, near); again.Score != risk.Score {
				t.Errorf("Assess gives %d, the Assessor %d", again.Score, risk.Score)
			}
		})
	}
}

func TestAssessCapsAndFloor(t *testing.T) {
	everything := finding(matchers.HostCredential, "pwd", "zak")
	everything.Link.Kind = matchers.PersonalRoom
	everything.MorePlaces = 500
	risk := Assess(everything, Near{Now: testNow(), Starts: []Start{{Time: testNow().Add(time.Hour)}}, Texts: []string{"zoombombing"}})
	if risk.Score != 100 || risk.Level != "critical" {
		t.Errorf("all factors give %d %s", risk.Score, risk.Level)
	}
	nothing := finding(matchers.PublicForm)
	nothing.Public = true
	risk = Assess(nothing, Near{Now: testNow(), Texts: []string{"2004-01-01 everyone is welcome, open to the public"}})
	if risk.Score < 1 || risk.Level != "low" {
		t.Errorf("a score fell to %d %s: it orders, it never filters", risk.Score, risk.Level)
	}
}

func TestAssessRetired(t *testing.T) {
	risk := Assess(finding(matchers.JoinWithSecret, "pwd"), Near{Now: testNow(), Retired: "2021-10"})
	if risk.Score != 10 || !strings.Contains(strings.Join(risk.Reasons, " "), "shut down (2021-10)") {
		t.Errorf("got %d %q", risk.Score, risk.Reasons)
	}
}

// A page must not be able to write into the reasons: only our own words and digits go in.
func TestReasonsHoldNoTextOfThePage(t *testing.T) {
	near := Near{Now: testNow(), Texts: []string{"pwd=Tr0ub4dor 2026-11-22T10:00 <script>raid</script> \x1b[31m"}}
	for _, reason := range Assess(finding(matchers.JoinWithSecret, "pwd"), near).Reasons {
		if strings.ContainsAny(reason, "<>\x1b") || strings.Contains(reason, "Tr0ub4dor") {
			t.Errorf("text of the page in %q", reason)
		}
	}
}

func TestAssessReadsNoMoreThanItsBounds(t *testing.T) {
	far := strings.Repeat("x ", maxNearBytes) + "zoombombing"
	texts := make([]string, maxNearTexts, maxNearTexts+1)
	texts[0] = far
	texts = append(texts, "zoombombing")
	if risk := Assess(finding(matchers.JoinWithSecret), Near{Now: testNow(), Texts: texts}); risk.Score != 40 {
		t.Errorf("words beyond the bounds were read: %q", risk.Reasons)
	}
}

func TestStarts(t *testing.T) {
	tests := []struct{ text, want string }{
		{"2026-11-21", "2026-11-21"},
		{"on 2026-11-21T15:00:00+01:00.", "2026-11-21 15:00 zone"},
		{"2026-11-21 15:00", "2026-11-21 15:00"},
		{"2026-11-21T15:00Z", "2026-11-21 15:00 zone"},
		{"2026-11-21T15:00:00.000-0730", "2026-11-21 15:00 zone"},
		{"2026-11-21 09:30 pm", "2026-11-21"},
		{"2026-11-21T25:00", "2026-11-21"},
		{"2026/11/21", "2026-11-21"},
		{"DTSTART:20261121T140000Z", "2026-11-21 14:00 zone"},
		{"DTSTART;TZID=Europe/Berlin:20261121T140000", "2026-11-21 14:00"},
		{"21.11.2026", "2026-11-21"},
		{"am 3. 4. 2027 um", "2027-04-03"},
		{"21 November 2026", "2026-11-21"},
		{"the 21st of November, 2026", "2026-11-21"},
		{"Nov. 2nd, 2026", "2026-11-02"},
		{"September 9 2026", "2026-09-09"},
		{"Sept 9, 2026", "2026-09-09"},
		{"May 5, 2026", "2026-05-05"},
		{"会议2026-11-21开始", "2026-11-21"},
		{"2024-02-29", "2024-02-29"},
		{"2026-02-29", ""},
		{"2026-13-01 2026-00-10 2026-11-31", ""},
		{"03/04/2026", ""},
		{"20261121", ""},
		{"12026-11-21 2026-11-211", ""},
		{"1999-11-21", ""},
		{"2026-11/21", ""},
		{"Mayor 5, 2026", ""},
		{"zoom.us/j/84930275116", ""},
		{"v1.2.2026beta", ""},
	}
	for _, test := range tests {
		var got []string
		eachStart(normaliseText(test.text), func(s meetingStart) bool {
			shown := s.text()
			if s.clock && s.from.Equal(s.to) {
				shown += " zone"
			}
			got = append(got, shown)
			return true
		})
		if strings.Join(got, "; ") != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

func TestStartZones(t *testing.T) {
	tests := []struct {
		text string
		want nearness
	}{
		{"2026-11-22T11:30:00Z", startDay},
		{"2026-11-22T14:30:00Z", startWeek},
		{"2026-11-22T14:30:00+02:00", startDay},
		{"2026-11-21T08:30:00Z", startDay}, // may still run
		{"2026-11-21T07:30:00Z", startPast},
		{"2026-11-21 07:30", startDay}, // some zone is not yet there
		{"2026-11-20", startDay},
		{"2026-11-19", startPast},
		{"2026-11-23", startDay}, // begins early in the far east
		{"2026-11-28", startWeek},
		{"2026-12-01", startLater},
		{"", startUnknown},
	}
	for _, test := range tests {
		start := bestStart([]string{normaliseText(test.text)}, Near{Now: testNow()})
		if got := start.nearness(testNow()); got != test.want {
			t.Errorf("%q is %d, want %d", test.text, got, test.want)
		}
	}
	if got := bestStart([]string{"2026-11-21"}, Near{}).nearness(time.Time{}); got != startUnknown {
		t.Errorf("without a clock the start is %d", got)
	}
}

func TestBestStartIsBounded(t *testing.T) {
	text := strings.Repeat("2001-01-01 ", maxStarts) + "2026-11-21"
	if got := bestStart([]string{text}, Near{Now: testNow()}).nearness(testNow()); got != startPast {
		t.Errorf("more than %d dates were read", maxStarts)
	}
}

func FuzzAssess(f *testing.F) {
	for _, seed := range []string{"", "2026-11-21T15:00:00+01:00", "Nov 21, 2026", "3.4.2027", "zoombombing", "\xff\xfe2026-", "20261121T1", "raid troll bomb", "授業荒らし"} {
		f.Add(seed)
	}
	assessor := NewAssessor()
	f.Fuzz(func(t *testing.T, text string) {
		risk := assessor.Assess(finding(matchers.JoinWithSecret), Near{Now: testNow(), Texts: []string{text}})
		if risk.Score < 30 || risk.Score > 100 || len(risk.Reasons) < 2 {
			t.Errorf("%q gives %+v", text, risk)
		}
	})
}

func BenchmarkAssess(b *testing.B) {
	text := strings.Repeat("Please join our Monday 10 stand-up, agenda in the wiki; bring notes. ", 18)
	texts := []string{text, text, text}
	assessor := NewAssessor()
	f := finding(matchers.JoinWithSecret, "pwd")
	b.ReportAllocs()
	for b.Loop() {
		assessor.Assess(f, Near{Now: testNow(), Texts: texts})
	}
}

func ExampleAssess() {
	f := &Finding{Link: matchers.Link{Platform: "zoom", Class: matchers.JoinWithSecret, Secrets: []string{"pwd"}}}
	risk := Assess(f, Near{Texts: []string{"Town hall, 22 November 2026"}, Now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)})
	fmt.Println(risk.Score, risk.Level)
	for _, reason := range risk.Reasons {
		fmt.Println("-", reason)
	}
	// Output:
	// 70 critical
	// - whoever has the link can try to join
	// - the passcode is in the link
	// - it starts within a day or is running now (2026-11-22)
}
