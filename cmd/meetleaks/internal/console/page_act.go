package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"meetleaks/scanner"
)

// errForm is a form that cannot be carried out, in words for who filled it in.
type errForm string

func (e errForm) Error() string { return string(e) }

// doAct carries out a form of a leak's page, then shows the page with what came of it.
func (w *web) doAct(rw http.ResponseWriter, r *http.Request, s session) {
	org, id, act := r.PathValue("org"), r.PathValue("id"), r.PathValue("act")
	given := givenForm{
		Act: act, Reason: strings.TrimSpace(r.PostForm.Get("reason")), Until: r.PostForm.Get("until"), As: r.PostForm.Get("as"),
		Place: r.PostForm.Get("place"), Email: strings.TrimSpace(r.PostForm.Get("email")), Asked: r.PostForm.Get("asked"),
	}
	out, err := w.act(withActor(r.Context(), webActor), org, id, given)
	var form errForm
	given.Reason, given.Until, given.Email = shown(given.Reason), shown(given.Until), shown(given.Email) // what is shown again is masked too
	switch {
	case errors.Is(err, errNoAct):
		w.sorry(rw, s, http.StatusNotFound, "There is nothing like that to be done with a leak.")
	case errors.As(err, &form):
		w.leakPage(rw, r, s, http.StatusUnprocessableEntity, given, string(form))
	case err != nil:
		status, words := said(err)
		if status == http.StatusNotFound {
			w.sorry(rw, s, status, words)
			return
		}
		w.leakPage(rw, r, s, status, given, words)
	default:
		w.noteLeak(r.Context(), org, id)
		did := act
		if !out.Body.TookEffect {
			did = "nothing"
		}
		redirect(rw, leakLink(org, id)+"?did="+url.QueryEscape(did))
	}
}

var errNoAct = errors.New("no such act")

// act does what a form says, by the operations of the API.
func (w *web) act(ctx context.Context, org, id string, f givenForm) (*body[Outcome], error) {
	if err := f.checkReason(); err != nil {
		return nil, err
	}
	reason := &ReasonBody{Reason: f.Reason}
	switch f.Act {
	case "ack":
		until, err := f.hours(w.c.o.Now())
		if err != nil {
			return nil, err
		}
		return w.c.ack(ctx, &ackInput{Org: org, ID: id, Body: &AckBody{Reason: f.Reason, Until: until}})
	case "close":
		switch scanner.State(f.As) {
		case scanner.StateOver, scanner.StateByWord, scanner.StateNotOurs:
			return w.c.closeLeak(ctx, &closeInput{Org: org, ID: id, Body: CloseBody{As: f.As, Reason: f.Reason}})
		}
		return nil, errForm("Choose how it ended.")
	case "mute":
		until, err := f.day(w.clock(org))
		if err != nil {
			return nil, err
		}
		return w.c.mute(ctx, &muteInput{Org: org, ID: id, Body: MuteBody{Until: until, Reason: f.Reason}})
	case "unmute":
		return w.c.unmute(ctx, &reasonInput{Org: org, ID: id, Body: reason})
	case "reopen":
		return w.c.reopen(ctx, &reasonInput{Org: org, ID: id, Body: reason})
	}
	return w.actMore(ctx, org, id, f)
}

// actMore is act for what an analyst decides.
func (w *web) actMore(ctx context.Context, org, id string, f givenForm) (*body[Outcome], error) {
	switch f.Act {
	case "confirm", "refuse":
		in := &decideInput{Org: org, ID: id, Body: &DecideBody{Reason: f.Reason}}
		var err error
		if in.Body.AskedAt, err = time.Parse(time.RFC3339Nano, f.Asked); err != nil && f.Asked != "" {
			return nil, errForm("What was asked is not known any more: look at it again.")
		}
		if f.Act == "refuse" {
			return w.c.refuse(ctx, in)
		}
		if f.Until != "" {
			if in.Body.Until, err = f.day(w.clock(org)); err != nil {
				return nil, err
			}
		}
		return w.c.confirm(ctx, in)
	case "assign":
		if f.Email == "" || len(f.Email) > maxEmail {
			return nil, errForm("Give the host's e-mail address.")
		}
		return w.c.assign(ctx, &assignInput{Org: org, ID: id, Body: AssignBody{Email: f.Email, Reason: f.Reason}})
	case "public":
		return w.actPublic(ctx, org, id, f)
	}
	return nil, errNoAct
}

// maxEmail bounds an address, in bytes.
const maxEmail = 320

// wholeSeries is the choice of no single place.
const wholeSeries = "series"

func (w *web) actPublic(ctx context.Context, org, id string, f givenForm) (*body[Outcome], error) {
	until, err := f.day(w.clock(org))
	if err != nil {
		return nil, err
	}
	in := PublicBody{What: wholeSeries, Until: until, Reason: f.Reason}
	switch f.Place {
	case "":
		return nil, errForm("Choose where it is public on purpose.")
	case wholeSeries:
	default:
		in.What, in.Place = "page", f.Place
	}
	return w.c.callPublic(ctx, &publicInput{Org: org, ID: id, Body: in})
}

// checkReason: what ends or silences needs a reason, for whoever reads the audit.
func (f givenForm) checkReason() error {
	needed := f.Act == "close" || f.Act == "mute" || f.Act == "reopen" || f.Act == "public"
	switch {
	case needed && shown(f.Reason) == "":
		return errForm("Say why: the audit keeps it.")
	case utf8.RuneCountInString(f.Reason) > maxReasonLen:
		return errForm("The reason is longer than " + strconv.Itoa(maxReasonLen) + " characters.")
	}
	return nil
}

// hours is the end of an acknowledgement.
func (f givenForm) hours(now time.Time) (time.Time, error) {
	n, err := strconv.Atoi(f.Until)
	if err != nil || n < 1 || time.Duration(n)*time.Hour > scanner.MaxSnooze {
		return time.Time{}, errForm("Choose for how many hours reminders wait, 24 at most.")
	}
	return now.Add(time.Duration(n) * time.Hour), nil
}

// day is the end of a silence: the end of a day where the organisation is.
func (f givenForm) day(c clock) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, f.Until, c.zone)
	switch end := day.AddDate(0, 0, 1); {
	case err != nil:
		return time.Time{}, errForm("Choose the day on which it ends.")
	case !end.After(c.now):
		return time.Time{}, errForm("The day on which it would end has passed.")
	case end.After(c.now.Add(scanner.MaxQuietEnd)):
		return time.Time{}, errForm("It lasts 180 days at most: choose an earlier day.")
	default:
		return end, nil
	}
}

// noteLeak lets the queue know at once what became of a leak.
func (w *web) noteLeak(ctx context.Context, org, id string) {
	if l, err := w.c.o.Store.Leak(ctx, org, id); err == nil {
		w.queue.note(l)
	}
}

// didWords says what was done, after a form.
func didWords(did string) string {
	switch did {
	case "ack":
		return "Noted: reminders wait."
	case "close":
		return "Closed."
	case "mute":
		return "Muted."
	case "unmute":
		return "It is open again: the mute has ended."
	case "reopen":
		return "It is open again."
	case "confirm":
		return "Confirmed."
	case "refuse":
		return "Refused: it stays as it is."
	case "assign":
		return "The host is named, and is told while the leak is open."
	case "public":
		return "Noted: it is public on purpose there."
	case "nothing":
		return "Its state does not allow for that, so nothing changed. The audit keeps the wish."
	}
	return ""
}
