package matchers

import (
	"reflect"
	"testing"
)

// A window that ends inside a label does not make its last word another one.
func TestALabelOverAWindowsEndIsReadOnce(t *testing.T) {
	text := []byte("Meeting-Kennwort: 123456\nr\\u00e9union\nteams\nMeeting-Kennwort 445566\n")
	whole := newVicinity(text)
	whole.cover(0, len(text))
	for at := 1; at < len(text); at++ {
		v := newVicinity(text)
		v.cover(0, at)
		v.cover(0, len(text))
		if !reflect.DeepEqual(v.remarks, whole.remarks) || !reflect.DeepEqual(v.breaks, whole.breaks) {
			t.Errorf("cut at %d: %+v, line breaks %v", at, v.remarks, v.breaks)
		}
	}
}
