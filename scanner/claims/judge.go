package claims

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"meetleaks/scanner"
)

// want is the record that is looked for, and the tokens of the organisation's other claims, by which a record in the wrong place is
// recognised.
type want struct {
	domain, value string
	others        map[string]string // value: domain
}

// finding is what a look found.
type finding struct {
	verdict Verdict
	seen    []scanner.ClaimSeen
	said    []string // why it is not proved, and what to do; the most likely first
}

// The bounds of what is kept of a look.
const (
	maxSaid     = scanner.MaxClaimSeen
	maxSaidText = 300 // bytes
)

// look asks for the record, and where it is not there in the places where it often stands by mistake.
func (r *Resolvers) look(ctx context.Context, w want) finding {
	answers := r.Texts(ctx, recordName(w.domain))
	f := judge(w, answers, r.quorum)
	if f.verdict == Seen || ctx.Err() != nil {
		return f
	}
	var astray []string
	for _, place := range misplaced(w.domain) {
		for _, a := range r.Texts(ctx, place.name) {
			if a.Status == StatusTexts && holds(a.Texts, w.value) {
				astray = append(astray, fmt.Sprintf(place.says, place.name))
				break
			}
		}
	}
	f.said = clip(append(astray, f.said...))
	return f
}

// place is where a record stands by mistake.
type place struct{ name, says string }

// misplaced are names at which the record often stands instead.
func misplaced(domain string) []place {
	const doubled = "the record stands at %s: the form adds the domain by itself, so give it the name without the domain"
	list := []place{
		{recordName(domain) + "." + domain, doubled},
		{domain, "the record stands at %s itself: its name must begin with " + RecordLabel + "."},
	}
	if zone := registrable(domain); zone != domain {
		list = append(list, place{recordName(domain) + "." + zone, doubled},
			place{recordName(zone), "the record stands at %s, which is another domain's"})
	}
	fit := list[:0]
	for _, p := range list {
		if isName(strings.TrimPrefix(p.name, "_")) {
			fit = append(fit, p)
		}
	}
	return fit
}

func holds(texts []string, value string) bool {
	for _, text := range texts {
		if subtle.ConstantTimeCompare([]byte(text), []byte(value)) == 1 {
			return true
		}
	}
	return false
}

// judge says what answers come to. It is pure.
func judge(w want, answers []Answer, quorum int) finding {
	var f finding
	right, failed := 0, 0
	told := map[string]bool{}
	for _, a := range answers {
		what, hints, ok := explain(w, a)
		switch {
		case ok:
			right++
		case a.Status == StatusFailed:
			failed++
		}
		f.seen = append(f.seen, scanner.ClaimSeen{Resolver: shown(nameOf(a.Resolver)), Right: ok, What: what})
		for _, hint := range hints {
			if !told[hint] {
				told[hint] = true
				f.said = append(f.said, hint)
			}
		}
	}
	switch {
	case right >= quorum:
		f.verdict, f.said = Seen, nil
	case right+failed < quorum:
		f.verdict = Denied
	default:
		f.verdict = Unknown
	}
	if f.verdict != Seen {
		f.said = append(f.said, f.count(right, failed, quorum, len(answers))...)
	}
	f.said = clip(f.said)
	return f
}

// count says how many saw what.
func (f finding) count(right, failed, quorum, asked int) []string {
	switch {
	case right > 0:
		return []string{fmt.Sprintf("%d of %d resolvers have seen the record, %d must: it is on its way, or name servers disagree", right, asked, quorum)}
	case f.verdict == Unknown && failed == asked:
		return []string{"no resolver answered: this says nothing of the domain; look at this service's network and its resolvers"}
	case f.verdict == Unknown:
		return []string{fmt.Sprintf("%d of %d resolvers did not answer: too few are left to tell", failed, asked)}
	}
	return nil
}

// explain says in words what one answer is, what can be advised, and whether it shows the record.
func explain(w want, a Answer) (what string, hints []string, ok bool) {
	switch a.Status {
	case StatusTexts:
		return explainTexts(w, a)
	case StatusAlias:
		return "is an alias to " + shown(strings.TrimSuffix(a.Alias, ".")), []string{
			"an alias (CNAME) stands at " + recordName(w.domain) + ", often a wildcard: put the TXT record at that very name, it goes before a wildcard",
		}, false
	case StatusNoName:
		return "no such name", []string{"there is nothing at " + recordName(w.domain) + " yet" + remembered(a.Negative)}, false
	case StatusNoRecord:
		return "the name is there, without a TXT record",
			[]string{recordName(w.domain) + " has no TXT record; was another type chosen?" + remembered(a.Negative)}, false
	}
	words := "no answer"
	if a.Err != nil {
		words = shown(a.Err.Error())
	}
	return words, nil, false
}

// remembered says how long resolvers may still say so.
func remembered(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	d = min(d, day)
	if d < 2*time.Minute {
		return fmt.Sprintf("; resolvers may say so for %d seconds after it is there", int(d.Seconds()))
	}
	return fmt.Sprintf("; resolvers may say so for %d minutes after it is there", int(d.Minutes()))
}

func explainTexts(w want, a Answer) (what string, hints []string, ok bool) {
	if holds(a.Texts, w.value) {
		return "has seen the record", nil, true
	}
	for _, text := range a.Texts {
		if hint := nearly(w, text); hint != "" {
			hints = append(hints, hint)
		}
	}
	records := "1 TXT record"
	if len(a.Texts) != 1 {
		records = fmt.Sprintf("%d TXT records", len(a.Texts))
	}
	what = records + ", none is the one"
	if a.More {
		hints = append(hints, fmt.Sprintf("there are more than %d records at that name: only the first are read", maxTexts))
	}
	if len(hints) == 0 {
		hints = []string{"there are TXT records at " + recordName(w.domain) + ", but none begins with " + RecordPrefix}
	}
	return what, clip(hints), false
}

// nearly says what is wrong with a text that was meant to be the record, "" when it was not.
func nearly(w want, text string) string {
	tidy := strings.Trim(text, " \t\r\n\"'`\\“”„‘’«»")
	token := strings.TrimPrefix(w.value, RecordPrefix)
	folded := strings.ToLower(strings.Join(strings.Fields(strings.Trim(tidy, ".;,")), ""))
	switch {
	case tidy == w.value && strings.TrimSpace(text) != text && strings.TrimSpace(text) == w.value:
		return "the value has blanks before or after it: give it without"
	case tidy == w.value:
		return "the value holds quotation marks: give it without, the form or the zone file adds its own"
	case strings.ToLower(tidy) == w.value:
		return "the value was changed to capital letters: give it exactly as it is shown"
	case folded == w.value:
		return "the value has blanks or signs in it: give it exactly as it is shown, in one piece"
	case folded == token:
		return "the value is the token alone: " + RecordPrefix + " belongs in front of it"
	case strings.Contains(folded, w.value):
		return "the value has more than the record in it: give it exactly as it is shown, in a record of its own"
	case w.others[tidy] != "":
		return "the value is that of " + shown(w.others[tidy]) + ": each domain has its own"
	case strings.HasPrefix(w.value, folded) && len(folded) > len(RecordPrefix):
		return "the value is cut short: give it whole"
	case strings.HasPrefix(folded, RecordPrefix):
		return "there is a value of another claim: of another organisation, or of one that was removed since; it may stay, but the right one is missing"
	}
	return ""
}

// clip keeps texts within what a claim keeps.
func clip(list []string) []string {
	if len(list) > maxSaid {
		list = list[:maxSaid]
	}
	for i, text := range list {
		if len(text) > maxSaidText {
			list[i] = strings.ToValidUTF8(text[:maxSaidText-len("…")], "") + "…"
		}
	}
	return list
}
