package scanner

import (
	"fmt"
	"time"
)

// The bounds of a leak's life.
const (
	looksBelieved = 2                    // looks that must find a place gone
	looksApart    = time.Hour            // between them, so that they are in different hours
	MaxQuietEnd   = 180 * 24 * time.Hour // the longest that muted and public last
	MaxSnooze     = 24 * time.Hour
	MaxSnoozes    = 3                   // in one round
	coversSeries  = 7 * 24 * time.Hour  // how long a host's word holds when no instance is known: of what recurs,
	coversSingle  = 30 * 24 * time.Hour // and of a single meeting
)

// Apply makes of a leak and an event the leak as it then is, and what has to be done. It is pure: same arguments, same
// results; the old leak is unchanged, and so is the result when there is an error. The stores' one step writes the result with
// its alerts, moves, sighting and audit entries.
//
// Each pair of state and event is decided here (a test compares this picture with the code):
//
//	event          new    open     safe    by-word  over    removed  muted   not-ours  public
//	sighted        found  sight    renew   renew    renew   return   lift    claim     lift
//	reposted       !      reach    reach   reach    reach   return   reach   reach     reach
//	gone           !      look     count   count    count   count    count   count     count
//	back           !      back     again   again    again   return   back    back      back
//	accepted       !      told     told    told     told    told     told    told      told
//	given-up       !      next     -       -        -       next     -       -         -
//	withheld       !      hold     hold    hold     hold    hold     hold    hold      hold
//	done           !      word     log     log      log     word     log     log       log
//	rescheduled    !      word     log     log      log     word     log     log       log
//	help           !      help     recall  recall   recall  recall   recall  ask       recall
//	removing       !      wait     log     log      log     log      log     log       log
//	snooze         !      snooze   log     log      log     log      log     log       log
//	not-mine       !      ask      ask     ask      log     ask      ask     log       ask
//	public-page    !      public   log     public   log     public   log     log       log
//	public-series  !      public   log     public   log     public   log     log       log
//	not-ours       !      ask      ask     ask      ask     ask      ask     log       ask
//	confirm        !      decide   decide  decide   decide  decide   decide  decide    decide
//	refuse         !      refuse   refuse  refuse   refuse  refuse   refuse  refuse    refuse
//	assign         !      assign   assign  assign   assign  assign   assign  assign    assign
//	reopen         !      log      open    open     open    open     open    open      open
//	mute           !      mute     no      mute     no      mute     mute    no        mute
//	unmute         !      log      log     log      log     log      open    log       open
//	proved         !      safe     -       safe     -       safe     -       -         -
//	drifted        !      -        open    open     open    -        open    -         -
//	over           !      over     over    over     -       over     over    -         over
//	resolved       !      host     host    host     host    host     host    host      host
//	tick           !      tick     tick    tick     -       tick     tick    -         tick
//
//	found    the leak is open: the first alert is owed; or public, when the configuration says so of the place and
//	         neither a secret nor raid words nor a host credential is there
//	sight    counted; the card shows what is new; more urgent words and starts are taken over, calmer ones are not
//	renew    counted; opened anew when it is news: a new place, one that was gone, a new secret, raid words, a host credential
//	lift     as renew, but a known place that comes back is covered by the decision; so is a new place that the configuration
//	         calls public, unless there is more to it
//	return   counted; opened again
//	claim    counted; opened anew only when a stronger rank than at the decision makes it the organisation's
//	reach    the reach rises, never falls
//	look     counted; removed when of all places two looks, an hour apart or more, found them gone
//	count    as look, but the state stays
//	back     the place stands still, and the looks at it begin anew; again: and it is opened anew when the place was believed gone
//	told     the round's alert is accepted: the ledger moves
//	next     the next audience of the ladder takes the place of the one who cannot be told
//	hold     the ledger moves to suppressed with the reason
//	word     safe-by-word for one instance, then open again; the prover is asked
//	help     the analysts are alerted, a snooze ends; recall: and it is opened anew
//	wait     reminders wait as in a snooze, of which it is one: the host is taking the post down
//	snooze   reminders wait, a day at most, never into the last hour before a start; three in a round
//	ask      an analyst decides at once; what others say waits for one
//	public   public on purpose, when an analyst says so, or the host of a link that carries neither secret nor raid words;
//	         what others say waits. Of one page: only when no other place is left. Never for a host credential
//	decide   what waits is done
//	refuse   what waits is forgotten; the audit keeps it
//	assign   the host is named; they are told from the first rung on
//	open     opened anew: a new round in the same card, the prover and the resolver are asked
//	mute     muted, with a reason and an end within 180 days. Never for a host credential
//	safe     proved by the platform
//	over     by the platform, the calendar, the inventory, or people's word
//	host     host and start are taken over, but not the host over one whom an analyst named; what is over is opened anew when a
//	         start that is trusted, and was not known, lies ahead
//	tick     a single meeting whose trusted instance has passed is over; of what recurs the next instance is asked for; what
//	         has an end ends; the ladder goes on
//	log      nothing but an audit entry
//	-        nothing
//	no       refused: ErrNotAllowed
//	!        refused: ErrNoLeak
//
// Nothing on a page closes, silences or lowers. In an end nothing more is told, but of a removed post the first alert is owed
// still. Ends that a person brings about last until their end; all others until there is news.
func (l Leak) Apply(ev LeakEvent, now time.Time) (Leak, []Effect, error) {
	if _, ok := lifeRule(l.State, ev.Kind); !ok {
		return l, nil, fmt.Errorf("leak %s, state %q, event %q: %w", l.ID, l.State, ev.Kind, ErrBadEvent)
	}
	if !mayCause(ev.By.Role, ev.Kind) {
		return l, nil, fmt.Errorf("leak %s: %s by %q: %w", l.ID, ev.Kind, ev.By.Role, ErrNotAllowed)
	}
	t := turn{l: l.clone(), was: l.State, ev: ev, now: now}
	t.setRight()
	act, _ := lifeRule(t.l.State, ev.Kind)
	if err := t.do(act); err != nil {
		return l, nil, fmt.Errorf("leak %s: %s: %w", l.ID, ev.Kind, err)
	}
	return t.l, t.out, nil
}

// action is a cell of the picture at Apply.
type action string

// lifeRow is the cells of one event, in the order of States.
type lifeRow [9]action

func lifeRule(s State, kind EventKind) (action, bool) {
	for i, other := range States() {
		if s == other {
			row, ok := lifeRows(kind)
			return row[i], ok
		}
	}
	return "", false
}

// inAll is the row of an event that means the same to every leak there is.
func inAll(a action) lifeRow { return lifeRow{"!", a, a, a, a, a, a, a, a} }

func lifeRows(kind EventKind) (lifeRow, bool) {
	switch kind {
	case Sighted:
		return lifeRow{"found", "sight", "renew", "renew", "renew", "return", "lift", "claim", "lift"}, true
	case Reposted:
		return lifeRow{"!", "reach", "reach", "reach", "reach", "return", "reach", "reach", "reach"}, true
	case Gone:
		return lifeRow{"!", "look", "count", "count", "count", "count", "count", "count", "count"}, true
	case Back:
		return lifeRow{"!", "back", "again", "again", "again", "return", "back", "back", "back"}, true
	case Accepted:
		return inAll("told"), true
	case GivenUp:
		return lifeRow{"!", "next", "-", "-", "-", "next", "-", "-", "-"}, true
	case Withhold:
		return inAll("hold"), true
	case Done, Rescheduled:
		return lifeRow{"!", "word", "log", "log", "log", "word", "log", "log", "log"}, true
	case Help:
		return lifeRow{"!", "help", "recall", "recall", "recall", "recall", "recall", "ask", "recall"}, true
	case Removing:
		return lifeRow{"!", "wait", "log", "log", "log", "log", "log", "log", "log"}, true
	case Snooze:
		return lifeRow{"!", "snooze", "log", "log", "log", "log", "log", "log", "log"}, true
	case NotMine:
		return lifeRow{"!", "ask", "ask", "ask", "log", "ask", "ask", "log", "ask"}, true
	case PublicPage, PublicSeries:
		return lifeRow{"!", "public", "log", "public", "log", "public", "log", "log", "log"}, true
	case Disowned:
		return lifeRow{"!", "ask", "ask", "ask", "ask", "ask", "ask", "log", "ask"}, true
	}
	return decisionRows(kind)
}

// decisionRows is the rows of what analysts, platforms and the clock do.
func decisionRows(kind EventKind) (lifeRow, bool) {
	switch kind {
	case Confirm:
		return inAll("decide"), true
	case Refuse:
		return inAll("refuse"), true
	case Assign:
		return inAll("assign"), true
	case Reopen:
		return lifeRow{"!", "log", "open", "open", "open", "open", "open", "open", "open"}, true
	case Mute:
		return lifeRow{"!", "mute", "no", "mute", "no", "mute", "mute", "no", "mute"}, true
	case Unmute:
		return lifeRow{"!", "log", "log", "log", "log", "log", "open", "log", "open"}, true
	case Proved:
		return lifeRow{"!", "safe", "-", "safe", "-", "safe", "-", "-", "-"}, true
	case Drifted:
		return lifeRow{"!", "-", "open", "open", "open", "-", "open", "-", "-"}, true
	case Ended:
		return lifeRow{"!", "over", "over", "over", "-", "over", "over", "-", "over"}, true
	case Resolved:
		return inAll("host"), true
	case Tick:
		return lifeRow{"!", "tick", "tick", "tick", "-", "tick", "tick", "-", "tick"}, true
	}
	return lifeRow{}, false
}

// do carries out an action.
func (t *turn) do(a action) error {
	switch a {
	case "-":
		return nil
	case "log":
		t.audit()
		return nil
	case "!":
		return ErrNoLeak
	case "no":
		return fmt.Errorf("it is %s: %w", t.l.State, ErrNotAllowed)
	case "found", "sight", "renew", "return", "claim", "lift":
		if t.ev.Kind == Reposted || t.ev.Kind == Back {
			return t.returned()
		}
		return t.sighted(a)
	case "reach":
		return t.reposted()
	case "look", "count":
		return t.looked(a == "look")
	case "back", "again":
		return t.cameBack(a == "again")
	case "told":
		t.accepted()
	case "next":
		t.givenUp()
	case "hold":
		return t.withheld()
	case "tick":
		t.tick()
	case "host":
		t.resolved()
	case "open":
		t.reopen()
	default:
		return t.answer(a)
	}
	return nil
}

// answer carries out what people and platforms say.
func (t *turn) answer(a action) error {
	switch a {
	case "word":
		t.enter(StateByWord, t.cover())
		t.effect(EffectProve)
	case "help":
		t.help()
	case "recall":
		t.reopen()
		t.help()
	case "wait":
		return t.removing()
	case "snooze":
		return t.snooze(t.ev.Until)
	case "ask":
		return t.ask()
	case "public":
		return t.public()
	case "decide":
		return t.confirm()
	case "refuse":
		return t.refuse()
	case "assign":
		return t.assign()
	case "mute":
		return t.mute()
	case "safe":
		t.enter(StateSafe, time.Time{})
	case "over":
		t.enter(StateOver, time.Time{})
	default:
		return ErrBadEvent
	}
	return nil
}
