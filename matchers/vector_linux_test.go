package matchers

import (
	"bytes"
	"syscall"
	"testing"
)

// What the instructions of one processor read must lie in the text: here pages that nobody may read lie before and behind it.
func TestVectorsReadNothingOutside(t *testing.T) {
	page := syscall.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, 4*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Munmap(memory) }()
	for _, outside := range [][]byte{memory[:page], memory[3*page:]} {
		if err := syscall.Mprotect(outside, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	inside := memory[page : 3*page]
	set := newLiteralSet([]string{"zoom.us", "/b/"}, make([]int, 2))
	for _, piece := range []string{"zoom.us", "xx/b/yy", "é=\r\n\t"} {
		for length := range 400 {
			for _, text := range [][]byte{inside[:length], inside[len(inside)-length:]} {
				copy(text, bytes.Repeat([]byte(piece), length))
				var marks signMarks
				markSigns(&marks, text)
				set.find(nil, text, 0, length)
				vectorPairs(text)
			}
		}
	}
}
