package bluesky

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// facet is a stretch of a text that leads somewhere: the bytes [ByteStart,ByteEnd) of its UTF-8, by the lexicon of
// app.bsky.richtext.facet. Apps show a link cut ("acme.zoom.us/j/8493027..."), and keep it in full here.
type facet struct {
	Index struct {
		Start int `json:"byteStart"`
		End   int `json:"byteEnd"`
	} `json:"index"`
	Features []struct {
		URI string `json:"uri"` // of #link; #mention has a name instead, which is nobody's business, and #tag stands in the text
	} `json:"features"`
}

// link is a stretch that leads to a target.
type link struct {
	from, to int
	target   string
}

// inFull puts targets in the place of what people see of them, where that is cut. rest is the targets that do not stand in the text
// after that. cut says that something was left out: links that are cut, and whose targets are not known.
func inFull(text string, facets []facet) (full string, rest []string, cut bool) {
	links, rest := linksOf(text, facets)
	cut = len(facets) > maxFacets
	var out strings.Builder
	done := 0
	for i, l := range links {
		most := len(text)
		if i+1 < len(links) {
			most = links[i+1].from
		}
		from, to := widened(text, l, done, most)
		if !isCutOf(text[l.from:to], l.target) && !isCutOf(text[from:to], l.target) {
			rest = append(rest, l.target)
			continue
		}
		out.WriteString(unshortened(text[done:from], &cut))
		out.WriteString(" " + l.target + " ")
		done = to
	}
	out.WriteString(unshortened(text[done:], &cut))
	return out.String(), rest, cut
}

// linksOf returns the links in order, none over another; what does not fit into the text, or lies over another, is in rest.
func linksOf(text string, facets []facet) (links []link, rest []string) {
	for _, f := range facets[:min(len(facets), maxFacets)] {
		for _, feature := range f.Features[:min(len(f.Features), maxParts)] {
			l := link{f.Index.Start, f.Index.End, feature.URI}
			switch {
			case l.target == "":
			case l.from < 0 || l.from >= l.to || l.to > len(text), !starts(text, l.from), !starts(text, l.to):
				rest = append(rest, l.target)
			default:
				links = append(links, l)
			}
		}
	}
	slices.SortStableFunc(links, func(a, b link) int { return cmp.Compare(a.from, b.from) })
	end := 0
	kept := links[:0]
	for _, l := range links {
		if l.from < end {
			rest = append(rest, l.target)
			continue
		}
		end = l.to
		kept = append(kept, l)
	}
	return kept, rest
}

// starts says whether a character begins there, or the text ends.
func starts(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }

// isCutOf says whether what people see is a link that is cut, so that it must not be taken for one: the target goes on where it ends. Else
// it is a text of its own, which may hold another link: whoever posts may let one text lead anywhere, and people copy what they see.
func isCutOf(visible, target string) bool {
	visible = strings.TrimSpace(visible)
	stem, marked := beforeMark(visible)
	if marked && strings.ContainsAny(visible, " \n\t") {
		return false
	}
	rest, goesOn := strings.CutPrefix(bare(target), bare(stem))
	return goesOn && (!endsInWholeNumber(stem) || rest == "" || rest[0] < '0' || rest[0] > '9')
}

// beforeMark is what stands before the mark of something cut.
func beforeMark(text string) (stem string, marked bool) {
	at := strings.Index(text, "…")
	if dots := strings.Index(text, "..."); dots >= 0 && (at < 0 || dots < at) {
		at = dots
	}
	if at < 0 {
		return text, false
	}
	return text[:at], true
}

// longest is how many digits the longest meeting numbers have that stand at the end of an address (Zoom's).
const longest = 11

// endsInWholeNumber says whether an address ends in a number of which no digit can be missing.
func endsInWholeNumber(address string) bool {
	return len(address)-len(strings.TrimRight(address, "0123456789")) >= longest
}

// wholePart is the part of a cut address that is whole: all in front of its parameters, or up to a number that is as long as they get.
// "" when it may be cut anywhere.
func wholePart(stem string) string {
	if path, _, found := strings.Cut(stem, "?"); found {
		return path
	}
	if endsInWholeNumber(stem) {
		return stem
	}
	return ""
}

// bare is an address without what people are not shown of it.
func bare(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	address = strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
	return strings.TrimPrefix(address, "www.")
}

// widened takes in what touches a link, between least and most: what is left of a link that was taken for shorter than it is.
func widened(text string, l link, least, most int) (from, to int) {
	from, to = l.from, l.to
	for from > least && isLinkByte(text[from-1]) {
		from--
	}
	for to < most && isLinkByte(text[to]) {
		to++
	}
	return from, to
}

// isLinkByte: what an address is made of, but for what often stands around one.
func isLinkByte(c byte) bool { return isAlnum(c) || strings.IndexByte("-._~%/?#=&:+@", c) >= 0 }

// unshortened takes out of a text what looks like an address that was cut ("acme.zoom.us/j/8493027..."): the number that is left of
// it would be that of another meeting. It says so in cut. What is whole of it stays, or three dots would hide every link.
func unshortened(text string, cut *bool) string {
	if !strings.Contains(text, "...") && !strings.Contains(text, "…") {
		return text
	}
	var out strings.Builder
	for at := 0; at < len(text); {
		to := at
		for to < len(text) && isLinkByte(text[to]) {
			to++
		}
		word := text[at:to]
		switch {
		case to == at:
			_, size := utf8.DecodeRuneInString(text[at:])
			to += size
			out.WriteString(text[at:to])
		case strings.Contains(word, "/") && (strings.Contains(word, "...") || strings.HasPrefix(text[to:], "…")):
			*cut = true
			stem, _ := beforeMark(word)
			if part := wholePart(stem); part != "" {
				out.WriteString(part + " ")
			}
			out.WriteString("…")
		default:
			out.WriteString(word)
		}
		at = to
	}
	return out.String()
}
