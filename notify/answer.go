package notify

import "time"

// Answer is what a person said or pressed about a leak. It is a claim of the channel's: whether that person may say it is
// decided by who receives it.
type Answer struct {
	Leak string
	// Who is the channel's opaque name of the person, "slack:U0…": never an e-mail address or a display name.
	Who   string
	What  Choice
	When  time.Time
	Until time.Time // of Snooze and Public; zero: the usual
	// Nonce is the same when the service delivers one answer twice. 1 to 128 characters.
	Nonce string
}

// Choice is what was said.
type Choice string

// The choices.
const (
	Secured Choice = "secured" // locked, or moved to a new link
	Snooze  Choice = "snooze"
	NotMine Choice = "not-mine"
	Public  Choice = "public" // public on purpose
	Help    Choice = "help"
)
