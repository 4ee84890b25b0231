package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"meetleaks/scanner"
)

// usualPublic is how long a leak is public on purpose when no end is given: as long as for a press in Slack.
const usualPublic = 90 * 24 * time.Hour

// DecideBody says that what waits is so, or is not.
type DecideBody struct {
	AskedAt time.Time `json:"asked_at,omitzero" doc:"The at of what waits, as you have seen it: when something else waits by then, nothing is done"`
	Until   time.Time `json:"until,omitzero" doc:"Of what is confirmed to be public on purpose: 180 days from now at most, 90 by default"`
	Reason  string    `json:"reason,omitempty" maxLength:"500"`
}

// AssignBody names the host.
type AssignBody struct {
	Email  string `json:"email" minLength:"3" maxLength:"320" doc:"An address under a registered domain of the organisation"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

// PublicBody says that a leak is public on purpose.
type PublicBody struct {
	What   string    `json:"what" enum:"page,series" doc:"page: at one place; series: wherever it stands now"`
	Place  string    `json:"place,omitempty" maxLength:"64" doc:"The id of the place, of page; may be left out where it stands at one only"`
	Until  time.Time `json:"until,omitzero" doc:"180 days from now at most, 90 by default"`
	Reason string    `json:"reason" minLength:"1" maxLength:"500"`
}

type decideInput struct {
	Org  string `path:"org" maxLength:"512"`
	ID   string `path:"id" maxLength:"512"`
	Body *DecideBody
}

type assignInput struct {
	Org  string `path:"org" maxLength:"512"`
	ID   string `path:"id" maxLength:"512"`
	Body AssignBody
}

type publicInput struct {
	Org  string `path:"org" maxLength:"512"`
	ID   string `path:"id" maxLength:"512"`
	Body PublicBody
}

func (c *Console) confirm(ctx context.Context, in *decideInput) (*body[Outcome], error) {
	return c.decide(ctx, in, scanner.Confirm)
}

func (c *Console) refuse(ctx context.Context, in *decideInput) (*body[Outcome], error) {
	return c.decide(ctx, in, scanner.Refuse)
}

// decide settles what waits. What has come since the caller looked is not what they mean: whoever may ask for two things could have
// one confirmed that nobody has seen.
func (c *Console) decide(ctx context.Context, in *decideInput, kind scanner.EventKind) (*body[Outcome], error) {
	var b DecideBody
	if in.Body != nil {
		b = *in.Body
	}
	if err := c.checked(in.Org, in.ID); err != nil {
		return nil, err
	}
	l, err := c.o.Store.Leak(ctx, in.Org, in.ID)
	if err != nil {
		return nil, c.problemOf("decide", in.ID, err)
	}
	if l.Ask.What != "" && !b.AskedAt.IsZero() && !b.AskedAt.Equal(l.Ask.At) {
		return nil, newProblem(http.StatusConflict, "what is to be decided has changed since: look at the leak again").err()
	}
	ev := scanner.LeakEvent{Kind: kind, Reason: b.Reason, Asked: b.AskedAt}
	if kind == scanner.Confirm && isPublic(l.Ask.What) {
		if ev.Until, err = c.publicEnd(b.Until); err != nil {
			return nil, err
		}
	}
	return c.act(ctx, in.Org, in.ID, ev, func(l scanner.Leak) bool { return l.Ask.What == "" })
}

func isPublic(what scanner.EventKind) bool {
	return what == scanner.PublicPage || what == scanner.PublicSeries
}

// publicEnd is when what is public on purpose ends.
func (c *Console) publicEnd(until time.Time) (time.Time, error) {
	now := c.o.Now()
	switch {
	case until.IsZero():
		return now.Add(usualPublic), nil
	case !until.After(now):
		return until, newProblem(http.StatusUnprocessableEntity, "until has passed").err()
	case until.After(now.Add(scanner.MaxQuietEnd)):
		return until, newProblem(http.StatusUnprocessableEntity, "until is more than 180 days away").err()
	}
	return until, nil
}

// assign names a host by an address of the organisation's. The address is kept as a reference only, and not repeated.
func (c *Console) assign(ctx context.Context, in *assignInput) (*body[Outcome], error) {
	if err := c.checked(in.Org, in.ID); err != nil {
		return nil, err
	}
	host, err := c.o.HostOf(ctx, in.Org, in.Body.Email)
	switch {
	case errors.Is(err, scanner.ErrNoContact):
		return nil, newProblem(http.StatusUnprocessableEntity, "that is no address under one of the organisation's domains").err()
	case err != nil:
		return nil, c.problemOf("name a host", in.ID, err)
	}
	ev := scanner.LeakEvent{Kind: scanner.Assign, Host: host, Reason: in.Body.Reason}
	return c.act(ctx, in.Org, in.ID, ev, func(l scanner.Leak) bool { return l.Host == host && l.Assigned })
}

// callPublic calls a place, or all of them, public on purpose.
func (c *Console) callPublic(ctx context.Context, in *publicInput) (*body[Outcome], error) {
	if err := c.checked(in.Org, in.ID); err != nil {
		return nil, err
	}
	if shown(in.Body.Reason) == "" {
		return nil, newProblem(http.StatusUnprocessableEntity, "calling it public on purpose needs a reason").err()
	}
	until, err := c.publicEnd(in.Body.Until)
	if err != nil {
		return nil, err
	}
	ev := scanner.LeakEvent{Kind: scanner.PublicSeries, Until: until, Reason: in.Body.Reason}
	if in.Body.What == "page" {
		ev.Kind = scanner.PublicPage
		if ev.Place, err = c.placeNamed(ctx, in); err != nil {
			return nil, err
		}
	}
	return c.act(ctx, in.Org, in.ID, ev, func(l scanner.Leak) bool {
		switch l.State {
		case scanner.StatePublic:
			return l.Until.Equal(until)
		case scanner.StateOpen, scanner.StateByWord, scanner.StateRemoved:
			return ev.Kind == scanner.PublicPage && isPublicAt(l, ev.Place)
		}
		return false
	})
}

func isPublicAt(l scanner.Leak, place string) bool {
	for _, m := range l.Places {
		if m.Key == place {
			return m.Public
		}
	}
	return false
}

// placeNamed is the key of the place that is meant: of the only one that it can be, where none is named.
func (c *Console) placeNamed(ctx context.Context, in *publicInput) (string, error) {
	l, err := c.o.Store.Leak(ctx, in.Org, in.ID)
	if err != nil {
		return "", c.problemOf("call a place public", in.ID, err)
	}
	if in.Body.Place != "" {
		for _, m := range l.Places {
			if placeID(m.Key) == in.Body.Place {
				return m.Key, nil
			}
		}
		return "", newProblem(http.StatusUnprocessableEntity, "it has no such place").err()
	}
	if only := OnlyPlace(l); only != "" {
		return only, nil
	}
	return "", newProblem(http.StatusUnprocessableEntity, "it stands at several places, or at none that is known: say which one is meant").err()
}

// OnlyPlace is the key of the place where a leak stands and of which nobody has said yet that it is there on purpose; "" when there are
// more, or there may be: a stranger's post must not be called public because somebody thought of their own page.
func OnlyPlace(l scanner.Leak) string {
	only := ""
	for _, m := range l.Places {
		switch {
		case m.Public || m.Gone > 0:
			continue
		case only != "":
			return ""
		}
		only = m.Key
	}
	if l.MorePlaces > 0 {
		return ""
	}
	return only
}
