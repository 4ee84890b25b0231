package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// hostiles lists texts that make a careless matcher slow: each repeats what could be the start of something, without a
// line end, so that a matcher that looks back or ahead without limit takes time with the square of the length.
func hostiles() [][2]string {
	return [][2]string{
		{"dots", "."},
		{"percent", "%25"},
		{"thread", "19:meeting_"},
		{"host", "zoom.us/j/"},
		{"wrapper", "https://safelinks.protection.outlook.com/?url="},
		{"digits", "849 3027 5116 "},
		{"line", "and in the afternoon we meet again at the town hall. "},
	}
}

func hostileUnit(kind string) string {
	for _, h := range hostiles() {
		if h[0] == kind {
			return h[1]
		}
	}
	return ""
}

func hostileKinds() string {
	var names []string
	for _, h := range hostiles() {
		names = append(names, h[0])
	}
	return strings.Join(names, ", ")
}

// writeHostile writes unit count times, in constant memory.
func writeHostile(w io.Writer, unit string, count int) error {
	out := bufio.NewWriterSize(w, 1<<16)
	for range count {
		if _, err := out.WriteString(unit); err != nil {
			return fmt.Errorf("write hostile text: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write hostile text: %w", err)
	}
	return nil
}
