package redisstore_test

import (
	"errors"
	"testing"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
)

func TestASourceHasRoomForItsPagesOnly(t *testing.T) {
	s, err := open(t.Context(), alone(t).url+" full", redisstore.Options{MaxVisits: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, step := range []struct {
		page, was string
		want      error
	}{
		{"a", "", nil}, {"b", "", nil}, {"c", "", scanner.ErrFull}, {"b", "", nil}, {"c", "none", scanner.ErrFull},
		{"c", "b", nil}, {"a", "c", nil}, {"d", "", nil}, {"e", "", scanner.ErrFull},
	} {
		if err := s.SaveVisit(t.Context(), "own-site", scanner.Visit{Page: step.page, Was: step.was}); !errors.Is(err, step.want) {
			t.Errorf("%s in place of %q: %v", step.page, step.was, err)
		}
	}
}
