package demo

import "time"

// The kinds of events, in the order in which they come first.
const (
	Ready     = "ready"      // the service listens: Console, TokenFile
	Posted    = "posted"     // a link was left in public: Where
	Found     = "found"      // the service has a leak of it: Leak, Meeting, Where, Risk, Reasons, After
	Alerted   = "alerted"    // Slack accepted a card: Leak, To, and for the host After
	Answered  = "answered"   // somebody pressed a button, and it counted: Leak, By, Answer
	Safe      = "safe"       // the platform's settings were read again and hold: Leak, Proof
	TakenDown = "taken-down" // somebody takes the post away: Where
	Clocked   = "clock"      // the service's clock was put forward: Forward
	Removed   = "removed"    // the post is gone, seen at two looks: Leak, Where
	Booked    = "ledger"     // the sum of it all: Ledger
	Ended     = "end"        // the story came to its end
)

// Event is one thing that happened. No text of it holds a clear id or a passcode.
type Event struct {
	At   time.Time `json:"at"` // by the service's clock
	Kind string    `json:"event"`
	Leak string    `json:"leak,omitempty"` // the first digits of its id

	Where   string   `json:"where,omitempty"`
	Meeting string   `json:"meeting,omitempty"` // masked
	Risk    string   `json:"risk,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
	To      string   `json:"to,omitempty"`
	By      string   `json:"by,omitempty"`
	Answer  string   `json:"answer,omitempty"`
	Proof   string   `json:"proof,omitempty"`
	Forward string   `json:"forward,omitempty"`
	After   float64  `json:"after_seconds,omitempty"` // after it was posted
	Ledger  *Ledger  `json:"ledger,omitempty"`

	Console   string `json:"console,omitempty"`
	TokenFile string `json:"token_file,omitempty"`

	// For people: what happens and why, a paragraph each, and the post or the card as they see it; a link in it is masked.
	Words []string `json:"-"`
	Card  []string `json:"-"`
}

// Ledger is the sum that the service keeps: found = alerted + suppressed + pending.
type Ledger struct {
	Found      int64 `json:"found"`
	Alerted    int64 `json:"alerted"`
	Suppressed int64 `json:"suppressed"`
	Pending    int64 `json:"pending"`
}
