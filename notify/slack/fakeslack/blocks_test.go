package fakeslack

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestBlocksOverSlacksLimitsAreRefused(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	text := func(n int) string { return fmt.Sprintf(`{"type":"plain_text","text":%q}`, x(n)) }
	options := func(n, value int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"text":%s,"value":%q},`, text(3), x(value)), n), ",") + "]"
	}
	button := func(id string, n int) string {
		return fmt.Sprintf(`{"type":"button","action_id":%q,"text":%s}`, id, text(n))
	}
	actions := func(elements ...string) string {
		return `{"type":"actions","elements":[` + strings.Join(elements, ",") + `]}`
	}
	menu := func(kind string, n, value int) string {
		return fmt.Sprintf(`{"type":%q,"action_id":"m","options":%s}`, kind, options(n, value))
	}
	var many []string
	for i := range 26 {
		many = append(many, button(fmt.Sprint(i), 2))
	}
	for _, test := range []struct{ name, block, want string }{
		{"a section", `{"type":"section","text":` + text(3000) + `}`, ""},
		{"a long section", `{"type":"section","text":` + text(3001) + `}`, "invalid_blocks"},
		{"an empty section", `{"type":"section"}`, "invalid_blocks"},
		{"a header", `{"type":"header","text":` + text(150) + `}`, ""},
		{"a long header", `{"type":"header","text":` + text(151) + `}`, "invalid_blocks"},
		{"a header in markup", `{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, "invalid_blocks"},
		{"a button", actions(button("a", 75)), ""},
		{"a long button", actions(button("a", 76)), "invalid_blocks"},
		{"a button twice", actions(button("a", 1), button("a", 1)), "invalid_blocks"},
		{"25 buttons", actions(many[:25]...), ""},
		{"26 buttons", actions(many...), "invalid_blocks"},
		{"no buttons", actions(), "invalid_blocks"},
		{"an overflow menu", actions(menu("overflow", 5, 150)), ""},
		{"a long overflow menu", actions(menu("overflow", 6, 1)), "invalid_blocks"},
		{"a long value", actions(menu("overflow", 1, 151)), "invalid_blocks"},
		{"a menu", actions(menu("static_select", 100, 1)), ""},
		{"a long menu", actions(menu("static_select", 101, 1)), "invalid_blocks"},
		{"an unknown element", actions(`{"type":"lever","action_id":"a"}`), "invalid_blocks"},
		{"an unknown block", `{"type":"wall"}`, "invalid_blocks"},
		{"a long block id", `{"type":"divider","block_id":"` + x(256) + `"}`, "invalid_blocks"},
		{"a block id twice", `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`, "invalid_blocks"},
		{"50 blocks", strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, 50), ","), ""},
		{"51 blocks", strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, 51), ","), "msg_blocks_too_long"},
		{"no JSON", `{`, "invalid_blocks_format"},
	} {
		got := ""
		if f := blocksFault([]byte("["+test.block+"]"), maxMessageBlocks); f != nil {
			got = f.code
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestATriggerOpensOneWindowWithinThreeSeconds(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	s := New(Options{Now: func() time.Time { return now }})
	open := func(id string) string {
		_, f := s.openWindow([]byte(fmt.Sprintf(
			`{"trigger_id":%q,"view":{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"divider"}]}}`, id)))
		if f != nil {
			return f.code
		}
		return ""
	}
	first, second := s.newTrigger("U0JANE"), ""
	s.count++
	second = s.newTrigger("U0JANE")
	for _, step := range []struct{ id, want string }{{first, ""}, {first, "exchanged_trigger_id"}, {"9.9.x", "invalid_trigger_id"}} {
		if got := open(step.id); got != step.want {
			t.Errorf("%s: %q, want %q", step.id, got, step.want)
		}
	}
	now = now.Add(triggerFor + time.Millisecond)
	if got := open(second); got != "expired_trigger_id" {
		t.Errorf("too late: %q", got)
	}
	if w := s.Windows(); len(w) != 1 || w[0].User != "U0JANE" {
		t.Errorf("windows %+v", w)
	}
}
