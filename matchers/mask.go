package matchers

import (
	"slices"
	"strings"
)

// dots stand for what is hidden; their number says nothing about the length.
const dots = "•••••"

// MaskedID shows as much of the id as safety rule 4 allows: of numbers of eleven digits or more three and three, of shorter
// ones the last three, of codes and rooms the first two characters, of ids that are themselves the key at most three.
func (l Link) MaskedID() string {
	switch {
	case l.idIsKey():
		return first(strings.TrimPrefix(l.ID, "19:meeting_"), 3) + dots
	case all(l.ID, isDigit):
		return maskDigits(l.ID)
	default:
		return first(l.ID, 2) + dots
	}
}

// idIsKey: whoever has the id gets in.
func (l Link) idIsKey() bool {
	switch l.Platform {
	case "discord", "whatsapp", "signal", "facetime":
		return true
	case "teams":
		return strings.Contains(l.ID, "@") || strings.HasPrefix(l.ID, "19:")
	}
	return l.Kind == GroupInvite || l.Kind == WorkspaceInvite
}

func maskDigits(s string) string {
	if len(s) >= 11 {
		return s[:3] + dots + s[len(s)-3:]
	}
	return dots + s[max(0, len(s)-3):]
}

// first returns at most n characters, and never more than half of a short id.
func first(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r)/2)])
}

// MaskedURL shows the link with its id masked and its secrets named, not shown: "https://acme.zoom.us/j/981•••••210?pwd=•".
// "" when the link was no URL.
func (l Link) MaskedURL() string { return l.shownURL(l.MaskedID()) }

// RevealedURL shows the id. Secrets stay hidden, so the link does not admit.
func (l Link) RevealedURL() string { return l.shownURL(l.ID) }

func (l Link) shownURL(id string) string {
	if l.Host == "" {
		return ""
	}
	shown := "https://" + l.Host + strings.ReplaceAll(l.Path, "{id}", id)
	for i, name := range l.Secrets {
		if i == 0 && !strings.Contains(l.Path, "?") {
			shown += "?" + name + "=•"
		} else {
			shown += "&" + name + "=•"
		}
	}
	return shown
}

// maskLoose shows a candidate that is no link: host and short path words stay, everything that could be an id goes.
func maskLoose(s string) string {
	u := parseURL(s)
	shown := u.Host
	for _, seg := range u.Segs()[:min(len(u.Segs()), 6)] {
		if len(seg) > 12 || strings.ContainsAny(seg, "0123456789") {
			seg = first(seg, 2) + dots
		}
		shown += "/" + seg
	}
	if u.Query != "" {
		shown += "?•"
	}
	if u.Fragment != "" {
		shown += "#•"
	}
	return shown
}

// Mask hides every meeting link, number and passcode in a text that is about to be stored, logged or shown: a file name, a
// title, a URL, an error. Links become their masked form; nothing that Find finds stays readable. Text without links is
// returned as it is.
func Mask(text string) string {
	for range maxMaskRounds {
		each := search{f: standard(), apart: true} // what is dropped or joined is hidden too
		found := append(each.run([]byte(text), 0, len(text)), Find([]byte(text))...)
		if len(found) == 0 {
			return maskParameters(text)
		}
		text = maskRound(text, found)
	}
	return dots // something keeps coming back: show nothing of it
}

// maxMaskRounds bounds the rounds; a second one is needed when hiding one link uncovers another.
const maxMaskRounds = 4

type replacement struct {
	Span
	with string
}

func maskRound(text string, found []Sighting) string {
	var list []replacement
	for _, f := range found {
		shown := f.MaskedURL()
		if shown == "" {
			shown = f.MaskedID()
		}
		list = append(list, replacement{Span{f.Start, f.End}, shown})
		for _, span := range f.Secret {
			list = append(list, replacement{span, "•"})
		}
	}
	slices.SortStableFunc(list, func(a, b replacement) int { return a.Start - b.Start })
	var out strings.Builder
	done := 0
	for _, r := range list {
		if r.End <= done || r.End > len(text) {
			continue
		}
		if r.Start > done {
			out.WriteString(text[done:r.Start])
		}
		out.WriteString(r.with)
		done = r.End
	}
	out.WriteString(text[done:])
	masked := out.String()
	for _, f := range found {
		masked = f.HideIn(masked)
	}
	return masked
}

// maskParameters blanks the values of parameters that are secrets wherever they stand: a downloaded page is named
// "98…?pwd=…", without a host.
func maskParameters(text string) string {
	lower := lowerASCII(text)
	for _, name := range [...]string{"pwd", "passcode", "password", "zak", "zpk", "tk", "jwt", "roomkey", "icstoken"} {
		for _, equals := range [...]string{"=", "%3d"} {
			for from := 0; ; {
				at := strings.Index(lower[from:], name+equals)
				if at < 0 {
					break
				}
				start := from + at + len(name) + len(equals)
				end := start
				for end < len(text) && (isB64u(text[end]) || text[end] == '.') {
					end++
				}
				from = start
				if start > len(name)+len(equals) && isAlnum(text[from-len(name)-len(equals)-1]) && equals == "=" || end == start {
					continue
				}
				text, lower = text[:start]+"•"+text[end:], lower[:start]+"•"+lower[end:]
			}
		}
	}
	return text
}

// HideIn hides the link's id, and those of its aliases, where they stand by themselves in a text: a file named after the
// number, a title that repeats the code. Ids shorter than six characters are left: they are ordinary words.
func (l Link) HideIn(text string) string {
	text = hideID(text, l)
	for _, alias := range l.Aliases {
		if parts := strings.SplitN(alias, ":", 4); len(parts) == 4 {
			text = hideID(text, Link{Platform: parts[0], ID: parts[3], Kind: l.Kind})
		}
	}
	return text
}

func hideID(text string, l Link) string {
	if len(l.ID) < 6 {
		return text
	}
	text = strings.ReplaceAll(text, l.ID, l.MaskedID())
	if !all(l.ID, isDigit) {
		return text
	}
	for i := 0; i < len(text); i++ {
		if end := sameDigits(text[i:], l.ID); end > 0 && (i == 0 || !isDigit(text[i-1])) {
			text = text[:i] + l.MaskedID() + text[i+end:]
		}
	}
	return text
}

// sameDigits returns the length of the digits of id at the start of text with single separators between, 0 when there are
// others.
func sameDigits(text, id string) int {
	i, n := 0, 0
	for n < len(id) && i < len(text) {
		switch {
		case text[i] == id[n]:
			n++
		case n == 0 || text[i] != ' ' && text[i] != '-' && text[i] != '.':
			return 0
		}
		i++
	}
	if n < len(id) {
		return 0
	}
	return i
}
