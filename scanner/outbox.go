package scanner

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// Delivery is one thing to be told to one recipient: a row of the outbox. It is written in the same step as the leak that
// owes it, sent, and recorded only then: a crash in between sends it again, it never loses it. Senders pass ID on to
// channels that can tell repeats apart.
type Delivery struct {
	// ID is the same for the same notice however often it is planned, see DeliveryID: a store that has it keeps the old row.
	ID   string `json:"id"`
	Leak string `json:"leak"` // of a digest: ""
	Org  string `json:"org"`
	// Leaks are those that a digest names, in its order.
	Leaks []string `json:"leaks,omitempty"`
	Round int      `json:"round,omitempty"` // of the leak

	To Audience `json:"to"`
	// Recipient is opaque (a user's or channel's id). "" until the resolver named one: then it is looked up when it is due.
	Recipient string       `json:"recipient,omitempty"`
	Channel   string       `json:"channel,omitempty"` // name of the configured channel, "" for the default
	Kind      DeliveryKind `json:"kind"`
	Rung      Rung         `json:"rung,omitempty"`

	// Of is, of a change, the id of the delivery whose message it takes back: another one of the leak was sent after it, and is answered.
	// "": the latest message is changed.
	Of string `json:"of,omitempty"`
	// Digest is the id of the digest that names the leak instead of a message of its own; see [Sender].
	Digest string `json:"digest,omitempty"`
	// Crowd says that the leak was found with too many others: the key of their page, or CrowdFirstRun. "" when it was not.
	Crowd string `json:"crowd,omitempty"`
	Known bool   `json:"known,omitempty"` // as Candidate.Known

	// About says of a fault what is at fault: the name of a source, and why nothing is seen of it, in words without links.
	About string `json:"about,omitempty"`

	Due      time.Time `json:"due"`
	Made     time.Time `json:"made"`
	Attempts int       `json:"attempts,omitempty"`
	// LastError is the class of the last failure ("rate-limited", "timeout", "not-in-channel"): never text of an answer.
	LastError string        `json:"last_error,omitempty"`
	State     DeliveryState `json:"state"`
	Reason    Withheld      `json:"reason,omitempty"` // of DeliverySuppressed
	Done      time.Time     `json:"done,omitzero"`    // when State became final
}

// DeliveryKind is what is told.
type DeliveryKind string

// The kinds.
const (
	DeliveryNew      DeliveryKind = "new"      // the first of a leak's round; counts against caps
	DeliveryUpdate   DeliveryKind = "update"   // the same card, changed in place: never capped, never wakes anybody
	DeliveryReminder DeliveryKind = "reminder" // a rung of the ladder
	DeliveryDigest   DeliveryKind = "digest"   // many leaks in one message that is updated in place
)

// DeliveryState is where a delivery stands. All but pending are final.
type DeliveryState string

// The states.
const (
	DeliveryPending    DeliveryState = "pending"
	DeliveryAccepted   DeliveryState = "accepted"   // the channel took it
	DeliveryGivenUp    DeliveryState = "given-up"   // it cannot be delivered: the ladder goes on to the next
	DeliverySuppressed DeliveryState = "suppressed" // on purpose, with Reason
)

// The bounds of trying. A passing failure is tried for a day, as often as Backoff lets it; see [Delivery.Stuck] for the other.
const (
	backoffFirst  = time.Second
	backoffMost   = 15 * time.Minute
	MaxRetryAfter = time.Hour // what a server may ask for
	GiveUpAfter   = 24 * time.Hour
)

// DeliveryID names a notice: "dl1:" and 128 bits of SHA-256 over the leak (or digest), the round, the audience, the rung and
// the instance it is about. Leak ids are HMACs, so it tells nothing.
func DeliveryID(leak string, round int, to Audience, rung Rung, instance time.Time) string {
	sum := sha256.New()
	at := int64(0)
	if !instance.IsZero() {
		at = instance.Unix()
	}
	for _, part := range []string{"delivery", leak, string(to), string(rung)} {
		sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		sum.Write([]byte(part))
	}
	sum.Write(binary.BigEndian.AppendUint64(nil, uint64(round)))
	sum.Write(binary.BigEndian.AppendUint64(nil, uint64(at)))
	return "dl1:" + hex.EncodeToString(sum.Sum(nil)[:16])
}

// NewDelivery is the outbox row of a notice.
func NewDelivery(l Leak, n Notice, now time.Time) Delivery {
	return Delivery{
		ID: n.ID, Leak: l.ID, Org: l.Org, Round: l.Ladder.Round, To: n.To, Kind: n.Kind, Rung: n.Rung,
		Due: n.Due, Made: now, State: DeliveryPending,
	}
}

// Backoff is how long to wait after the attempt-th failure (from 1): a second, doubled each time, a quarter of an hour at
// most; or what the server asked for when that is longer, an hour at most.
func Backoff(attempt int, retryAfter time.Duration) time.Duration {
	wait := backoffMost
	if attempt < 11 { // 1 s << 10 is beyond the most
		wait = min(backoffFirst<<max(attempt-1, 0), backoffMost)
	}
	return max(wait, min(retryAfter, MaxRetryAfter))
}

// Accepted records that the channel took it. Once final, a delivery stays as it is; but a success that was sent before it
// was given up or suppressed is the truth and wins.
func (d Delivery) Accepted(now time.Time) Delivery {
	if d.State == DeliveryAccepted {
		return d
	}
	d.Attempts++
	d.State, d.Reason, d.LastError, d.Done = DeliveryAccepted, "", "", now
	return d
}

// Failed records an attempt that failed, with its class. A permanent failure, or one that comes GiveUpAfter the delivery
// was made, gives it up; otherwise it is due again after Backoff.
func (d Delivery) Failed(class string, permanent bool, retryAfter time.Duration, now time.Time) Delivery {
	if d.State != DeliveryPending {
		return d
	}
	d.Attempts++
	d.LastError = class
	if permanent || now.Sub(d.Made) >= GiveUpAfter && d.Attempts > 1 {
		d.State, d.Done = DeliveryGivenUp, now
		return d
	}
	d.Due = now.Add(Backoff(d.Attempts, retryAfter))
	return d
}

// Stuck records an attempt that failed because the operator has something to mend (a token that was revoked), with its class.
// However long that takes, the alert is owed: it is due again after Backoff and never given up.
func (d Delivery) Stuck(class string, retryAfter time.Duration, now time.Time) Delivery {
	if d.State != DeliveryPending {
		return d
	}
	d.Attempts++
	d.LastError = class
	d.Due = now.Add(Backoff(d.Attempts, retryAfter))
	return d
}

// Suppress records that it is not sent, on purpose. Callers tell the leak with a Withhold event.
func (d Delivery) Suppress(reason Withheld, now time.Time) Delivery {
	if d.State != DeliveryPending {
		return d
	}
	d.State, d.Reason, d.Done = DeliverySuppressed, reason, now
	return d
}

// Wanted says whether the delivery should still be sent, given its leak as it is now, and why not. Updates always are:
// the card must show the end; and what waits for an analyst. An alert of an earlier round is not: the present one has its own.
func (d Delivery) Wanted(l Leak) (Withheld, bool) {
	switch {
	case d.Kind == DeliveryUpdate || d.Kind == DeliveryDigest:
		return "", true
	case d.Leak != l.ID:
		return WithheldErased, false
	case d.To == Analysts:
		return "", true
	case d.Round != l.Ladder.Round:
		return WithheldOutdated, false
	case l.State == StateRemoved && l.Account.Kind == AccountPending:
		return "", true
	case l.State.End():
		return Withheld(l.State), false
	}
	return "", true
}

func (d Delivery) String() string {
	return fmt.Sprintf("%s %s to %s of %s: %s", d.Kind, d.ID, d.To, d.Leak, d.State)
}
