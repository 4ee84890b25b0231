package matchers

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Numbers were seen below heads in plans of courses and hearings, in notes on tests, and in Zoom's own reports.
func TestColumns(t *testing.T) {
	const first, second = "zoom:commercial::84930275116 dial-in []", "zoom:commercial::97261840359 dial-in []"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"Markdown", "| Course | Zoom ID |\n|---|---:|\n| Biology | 849 3027 5116 |\n| Chemistry | **972-6184-0359** |\n", []string{first, second}},
		{"a head of many bytes", "| Zoom | Идентификатор конференции |\n|---|---|\n| x | 849 3027 5116 |\n", []string{first}},
		{"a note in the head", "| TA | Zoom ID (remote) |\n|:--|--:|\n| Ann | `84930275116` |\n", []string{first}},
		{"with passcodes", "| Day | Zoom meeting ID | Passcode | n |\n|--|--|--|--|\n| Mon | 849 3027 5116 | 7482913 | 11 |\n| Tue | 972 6184 0359 | | 10 |\n",
			[]string{"zoom:commercial::84930275116 dial-in [passcode]", second}},
		{"the service above", "We moved the Teams meeting:\n\n| | Meeting ID | Passcode |\n|---|---|---|\n| before | `273849105628417` | `aB3xYz9q` |\n",
			[]string{"teams::meet:273849105628417 dial-in [passcode]"}},
		{"a link in the row", "| Day | Link | Meeting ID | Passcode |\n|--|--|--|--|\n| Mon | https://zoom.us/j/84930275116 | 849 3027 5116 | k3yTab |\n| Tue | https://zoom.us/j/97261840359 | 972 6184 0359 | w9rQed |\n",
			[]string{"zoom:commercial::84930275116 meeting [passcode]", "zoom:commercial::97261840359 meeting [passcode]"}},
		{"empty cells", "| Course | Zoom ID |\n|---|---|\n| Biology | |\n| Physics | room 4 |\n| Chemistry | 972 6184 0359 |\n", []string{second}},
		{"CSV", "name;zoom id;kennwort\nAnn;849 3027 5116;sonne4\n", []string{"zoom:commercial::84930275116 dial-in [passcode]"}},
		{"Zoom's report in a program", "parseZoomReport([\n  'Meeting ID,Topic,Start Time',\n  '849 3027 5116,Cells,May 4 2026',\n])", []string{first}},
		{"Zoom's report by its own words", "Meeting ID,Topic\n849 3027 5116,Cells\n\nName (Original Name),User Email,Join Time\n", []string{first}},
		{"GoTo Meeting", "| Course | GoToMeeting ID |\n|---|---|\n| Biology | 529-417-836 |\n| Physics | 614835297 |\n| Room | 61-483-5297 |\n" + strings.Repeat("| x | none |\n", 20) + "| Art | 738 204 915 |\n",
			[]string{"gotomeeting:::529417836 dial-in []", "gotomeeting:::614835297 dial-in []", "gotomeeting:::738204915 dial-in []"}},
		{"Webex", "Course,Webex Meeting Number\n" + strings.Repeat("x,none\n", 20) + "Biology,2573 914 6082\nArt,259147361\n",
			[]string{"webex::num:25739146082 dial-in []", "webex::num:259147361 dial-in []"}},
		{"another table", "| Zoom ID | Day |\n|---|---|\n\n849 3027 5116 | Monday\n", nil},
		{"another number of cells", "| Zoom ID | Day |\n|---|---|\n| 849 3027 5116 | Monday | late |\n", nil},
		{"another column", "| Zoom ID | Phone |\n|---|---|\n| none | 849 3027 5116 |\n", nil},
		{"a sample", "| Zoom ID | Day |\n|---|---|\n| 123 4567 8901 | Monday |\n", nil},
		{"no service", "| Meeting ID | Day |\n|---|---|\n| 849302751 | Monday |\n", nil},
		{"no head", "| name: meeting ID = x | b |\n| 849 3027 5116 | zoom |\n", nil},
		{"telephones", "| Name | Zoom |\n|---|---|\n| Ann | 010-9482-3071 |\n| Bo | 415 826 0937 |\n", nil},
		{"rooms below Zoom's name", "| Name | Zoom |\n|---|---|\n| Ann | 849 3027 5116 |\n", []string{first}},
	} {
		if got := meetings(Find([]byte(c.text))); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %q, want %q", c.name, got, c.want)
		}
	}
}

// Heads below heads take time in proportion to their number.
func TestColumnsAreLinear(t *testing.T) {
	measure := func(rows int) time.Duration {
		text := []byte(strings.Repeat("Zoom ID|meeting ID|Webinar ID|x\n849 3027 5116|b|c|d\n", rows))
		start := time.Now()
		Find(text)
		return time.Since(start)
	}
	measure(100)
	if short, long := measure(1000), measure(8000); long > 24*short+200*time.Millisecond {
		t.Errorf("1000 rows take %v, 8000 rows %v", short, long)
	}
}
