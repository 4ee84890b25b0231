package console

import (
	"net/http"
	"strings"
	"time"

	"meetleaks/scanner"
)

// The bounds of the other pages.
const (
	maxDomains = 1000
	maxConfig  = 256 << 10 // bytes
)

// Domain is a domain of an organisation, for the console. All texts are masked and cut before they are shown.
type Domain struct {
	Org    string
	Domain string
	// State is that of the claim, or "vouched" for a domain that whoever runs the service vouches for.
	State string
	Since time.Time // of the state; zero: not known
	// RecordName and Record are what proves it: a TXT record and its value. "": nothing has to be published.
	RecordName, Record string
	// Explanation says what the last look found and what to do, a sentence each.
	Explanation []string
}

// StateVouched is the state of a domain for which the operator's file is enough.
const StateVouched = "vouched"

type ledgerView struct {
	frame
	Sum  ledgerRow
	Orgs []ledgerRow
}

type ledgerRow struct {
	Name                                string
	Found, Alerted, Suppressed, Pending string
	Reasons                             []reasonRow
	Balanced                            bool
	Fault                               string
}

type reasonRow struct{ Words, Count string }

// showLedger is the sum that must hold, in all and of each organisation.
func (w *web) showLedger(rw http.ResponseWriter, r *http.Request, s session) {
	v := ledgerView{frame: w.frame(s, "Ledger", "ledger")}
	var sum scanner.Ledger
	pending, fault := int64(0), ""
	err := w.c.eachLedger(r.Context(), func(org string, b scanner.Ledger, n int64) {
		row := ledgerRowOf(shown(org), ledgerOf(b, n))
		if !row.Balanced && fault == "" {
			fault = row.Name + ": " + row.Fault
		}
		v.Orgs = append(v.Orgs, row)
		sum, pending = sum.Plus(b), pending+n
	})
	if err != nil {
		w.failed(rw, s, err)
		return
	}
	v.Sum = ledgerRowOf("All organisations", ledgerOf(sum, pending))
	if fault != "" {
		v.Sum.Balanced, v.Sum.Fault = false, fault
	}
	w.render(rw, http.StatusOK, "ledger", v)
}

func ledgerRowOf(name string, l Ledger) ledgerRow {
	row := ledgerRow{
		Name: name, Found: number(l.Found), Alerted: number(l.Alerted), Pending: number(l.Pending), Balanced: l.Balanced, Fault: l.Fault,
	}
	all := int64(0)
	for _, reason := range scanner.WithheldReasons() {
		if n := l.Suppressed[string(reason)]; n != 0 {
			row.Reasons = append(row.Reasons, reasonRow{withheldWords(string(reason)), number(n)})
		}
	}
	for _, n := range l.Suppressed {
		all += n
	}
	row.Suppressed = number(all)
	return row
}

type configView struct {
	frame
	Text  string
	Known bool
	Cut   bool
}

// showConfig is the effective configuration. Its secrets are masked by who gives it; meeting links and what cannot be seen are here.
func (w *web) showConfig(rw http.ResponseWriter, _ *http.Request, s session) {
	v := configView{frame: w.frame(s, "Configuration", "config"), Known: w.c.o.Config != nil}
	if v.Known {
		text, err := w.c.o.Config()
		if err != nil {
			w.c.o.Log.Error("show the configuration", "error", shown(err.Error()))
			w.sorry(rw, s, http.StatusInternalServerError, "The configuration cannot be shown; the log says more.")
			return
		}
		if v.Cut = len(text) > maxConfig; v.Cut {
			text = text[:maxConfig]
		}
		v.Text = shownLines(string(text), v.Cut)
	}
	w.render(rw, http.StatusOK, "config", v)
}

// shownLines is shown of each line. Of a text that was cut the last one is left out: half of something cannot be recognised.
func shownLines(text string, cut bool) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if cut {
		lines = lines[:len(lines)-1]
	}
	for i, line := range lines {
		lines[i] = shown(line)
	}
	return strings.Join(lines, "\n")
}

type domainsView struct {
	frame
	Domains []domainView
	More    string
	Waiting int // that need a record
}

type domainView struct {
	Domain
	Words, Level string // Level is "good", "warn", "bad" or ""
	Since        moment
	Steps        bool
}

// showDomains is what the organisations say is theirs, and how to prove it.
func (w *web) showDomains(rw http.ResponseWriter, r *http.Request, s session) {
	v := domainsView{frame: w.frame(s, "Domains", "domains")}
	var list []Domain
	if w.c.o.Domains != nil {
		var err error
		if list, err = w.c.o.Domains(r.Context()); err != nil {
			w.failed(rw, s, w.c.problemOf("list domains", "", err))
			return
		}
	}
	if len(list) > maxDomains {
		v.More = several(int64(len(list)-maxDomains), "more domain")
	}
	for _, d := range list[:min(len(list), maxDomains)] {
		one := domainViewOf(d, w.clock(d.Org))
		if one.Steps {
			v.Waiting++
		}
		v.Domains = append(v.Domains, one)
	}
	w.render(rw, http.StatusOK, "domains", v)
}

func domainViewOf(d Domain, c clock) domainView {
	v := domainView{Domain: d, Since: c.at(d.Since)}
	v.Domain.Org, v.Domain.Domain, v.State = shown(d.Org), shown(d.Domain), shown(d.State)
	v.RecordName, v.Record = shown(d.RecordName), shown(d.Record)
	v.Explanation = shownAll(d.Explanation[:min(len(d.Explanation), scanner.MaxClaimSeen)])
	v.Words, v.Level = domainWords(v.State)
	v.Steps = d.Record != "" && v.Level != "good"
	return v
}

func domainWords(state string) (words, level string) {
	switch scanner.ClaimState(state) {
	case StateVouched:
		return "vouched for in the configuration", "good"
	case scanner.ClaimProved:
		return "proved", "good"
	case scanner.ClaimPending:
		return "not proved yet: nothing is watched because of it", "warn"
	case scanner.ClaimWarned:
		return "the record is missing: all goes on for now", "warn"
	case scanner.ClaimFrozen:
		return "frozen: nothing new is watched, alerts go on", "bad"
	case scanner.ClaimStopped:
		return "stopped: nothing is watched and nobody told", "bad"
	case scanner.ClaimPurged:
		return "over", "bad"
	}
	return state, ""
}
