package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"meetleaks/scanner"
)

// apiActor is who acts through the API, in the audit.
const apiActor = "api"

// AckBody takes note of a leak: reminders wait.
type AckBody struct {
	Reason string    `json:"reason,omitempty" maxLength:"500"`
	Until  time.Time `json:"until,omitzero" doc:"24 hours from now at most, and by default; never into the hour before a start"`
}

// CloseBody ends a leak by an analyst's word.
type CloseBody struct {
	As     string `json:"as" enum:"over,not-ours,safe-by-word"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

// MuteBody silences a leak for a time.
type MuteBody struct {
	Until  time.Time `json:"until" doc:"180 days from now at most"`
	Reason string    `json:"reason" minLength:"1" maxLength:"500"`
}

// ReasonBody is all that opening a leak anew needs.
type ReasonBody struct {
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

type ackInput struct {
	Org  string `path:"org" maxLength:"512"`
	ID   string `path:"id" maxLength:"512"`
	Body *AckBody
}

type closeInput struct {
	Org  string `path:"org" maxLength:"512"`
	ID   string `path:"id" maxLength:"512"`
	Body CloseBody
}

type muteInput struct {
	Org  string `path:"org" maxLength:"512"`
	ID   string `path:"id" maxLength:"512"`
	Body MuteBody
}

type reasonInput struct {
	Org  string `path:"org" maxLength:"512"`
	ID   string `path:"id" maxLength:"512"`
	Body *ReasonBody
}

func (c *Console) registerActs(api huma.API) {
	act := func(name, summary string) huma.Operation {
		return c.operation(name+"-leak", http.MethodPost, "/organisations/{org}/leaks/{id}/"+name, summary, http.StatusBadRequest,
			http.StatusNotFound, http.StatusRequestTimeout, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	huma.Register(api, act("ack", "Take note: reminders wait"), c.ack)
	huma.Register(api, act("close", "End it by an analyst's word"), c.closeLeak)
	huma.Register(api, act("mute", "Silence it for a time, for a reason"), c.mute)
	huma.Register(api, act("reopen", "Open it anew"), c.reopen)
	huma.Register(api, act("confirm", "Say that what a host said, and waits, is so"), c.confirm)
	huma.Register(api, act("refuse", "Say that what a host said, and waits, is not so"), c.refuse)
	huma.Register(api, act("assign", "Name the host"), c.assign)
	huma.Register(api, act("public", "Say that it is public on purpose for a time: at one place, or wherever it stands"), c.callPublic)
	huma.Register(api, act("unmute", "End a mute, or what is public on purpose, before its time"), c.unmute)
}

func (c *Console) ack(ctx context.Context, in *ackInput) (*body[Outcome], error) {
	var b AckBody
	if in.Body != nil {
		b = *in.Body
	}
	now := c.o.Now()
	latest := now.Add(scanner.MaxSnooze)
	switch {
	case b.Until.IsZero():
		b.Until = latest
	case !b.Until.After(now):
		return nil, newProblem(http.StatusUnprocessableEntity, "until has passed").err()
	case b.Until.After(latest.Add(time.Minute)): // clocks differ
		return nil, newProblem(http.StatusUnprocessableEntity, "until is more than 24 hours away: mute it instead").err()
	}
	ev := scanner.LeakEvent{Kind: scanner.Snooze, Until: b.Until, Reason: b.Reason}
	return c.act(ctx, in.Org, in.ID, ev, func(l scanner.Leak) bool { return l.State == scanner.StateOpen && l.Ladder.Snooze.After(now) })
}

func (c *Console) closeLeak(ctx context.Context, in *closeInput) (*body[Outcome], error) {
	kind := scanner.Done
	switch scanner.State(in.Body.As) {
	case scanner.StateOver:
		kind = scanner.Ended
	case scanner.StateNotOurs:
		kind = scanner.Disowned
	}
	ev := scanner.LeakEvent{Kind: kind, Reason: in.Body.Reason}
	return c.act(ctx, in.Org, in.ID, ev, func(l scanner.Leak) bool { return l.State == scanner.State(in.Body.As) })
}

func (c *Console) mute(ctx context.Context, in *muteInput) (*body[Outcome], error) {
	if shown(in.Body.Reason) == "" {
		return nil, newProblem(http.StatusUnprocessableEntity, "muting needs a reason").err()
	}
	ev := scanner.LeakEvent{Kind: scanner.Mute, Until: in.Body.Until, Reason: in.Body.Reason}
	return c.act(ctx, in.Org, in.ID, ev, func(l scanner.Leak) bool { return l.State == scanner.StateMuted })
}

func (c *Console) reopen(ctx context.Context, in *reasonInput) (*body[Outcome], error) {
	return c.act(ctx, in.Org, in.ID, scanner.LeakEvent{Kind: scanner.Reopen, Reason: in.reason()}, isOpen)
}

func (c *Console) unmute(ctx context.Context, in *reasonInput) (*body[Outcome], error) {
	return c.act(ctx, in.Org, in.ID, scanner.LeakEvent{Kind: scanner.Unmute, Reason: in.reason()}, isOpen)
}

func (in *reasonInput) reason() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Reason
}

func isOpen(l scanner.Leak) bool { return l.State == scanner.StateOpen }

// act lets an event of an analyst happen. The reason is kept, so meeting links in it are masked first.
func (c *Console) act(ctx context.Context, org, id string, ev scanner.LeakEvent, asked func(scanner.Leak) bool) (*body[Outcome], error) {
	if err := c.checked(org, id); err != nil {
		return nil, err
	}
	ev.By = scanner.Actor{Role: scanner.RoleAnalyst, Ref: actorIn(ctx)}
	ev.Reason = shown(ev.Reason)
	leak, err := c.o.Do(ctx, org, id, ev)
	if err != nil {
		return nil, c.problemOf(string(ev.Kind), id, err)
	}
	return &body[Outcome]{Outcome{Leak: c.leakOf(leak), TookEffect: asked(leak)}}, nil
}
