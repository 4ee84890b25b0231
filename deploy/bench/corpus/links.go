package main

import "fmt"

// link invents a meeting link: real services, made-up ids. Digits follow one rule, so that no id is a run or a
// repetition: each differs from the one before by two or more, and the first is 8 or 9.
func (a *author) link() string {
	switch a.random.IntN(13) {
	case 0, 1, 2:
		return fmt.Sprintf("https://%s.zoom.us/j/%s?pwd=%s.1", a.organisation(), a.digits(11), a.letters(30, mixed))
	case 3:
		return fmt.Sprintf("https://us02web.zoom.us/j/%s", a.digits(10))
	case 4, 5:
		return fmt.Sprintf("https://teams.microsoft.com/l/meetup-join/19%%3ameeting_%s%%40thread.v2/0?context=%%7b%%22Tid%%22%%3a%%22%s%%22%%7d",
			a.letters(48, mixed), a.guid())
	case 6, 7:
		return fmt.Sprintf("https://meet.google.com/%s-%s-%s", a.letters(3, lower), a.letters(4, lower), a.letters(3, lower))
	case 8:
		return fmt.Sprintf("https://%s.webex.com/%s/j.php?MTID=m%s", a.organisation(), a.organisation(), a.letters(32, hexadecimal))
	case 9:
		return fmt.Sprintf("https://join.slack.com/t/%s/shared_invite/zt-%s-%s", a.organisation(), a.letters(9, lower), a.letters(22, mixed))
	case 10:
		return "https://meet.goto.com/" + a.digits(9)
	case 11:
		return "https://chat.whatsapp.com/" + a.letters(22, mixed)
	default:
		return fmt.Sprintf("https://meet.jit.si/%s-%s-%s", a.organisation(), a.letters(6, lower), a.letters(6, lower))
	}
}

const (
	lower       = "abcdefghijkmnopqrstuvwxyz"
	mixed       = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	hexadecimal = "0123456789abcdef"
)

func (a *author) letters(n int, from string) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = from[a.random.IntN(len(from))]
	}
	return string(out)
}

func (a *author) digits(n int) string {
	out := make([]byte, n)
	last := 8 + a.random.IntN(2)
	for i := range out {
		out[i] = byte('0' + last)
		last = (last + 2 + a.random.IntN(7)) % 10 // two to eight further on a ring of ten
	}
	return string(out)
}

func (a *author) guid() string {
	return fmt.Sprintf("%s-%s-4%s-a%s-%s", a.letters(8, hexadecimal), a.letters(4, hexadecimal), a.letters(3, hexadecimal),
		a.letters(3, hexadecimal), a.letters(12, hexadecimal))
}

func (a *author) organisation() string {
	names := [...]string{"acme", "globex", "initech", "hooli", "vandelay"}
	return names[a.random.IntN(len(names))]
}
