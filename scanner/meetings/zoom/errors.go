package zoom

import (
	"fmt"
	"time"
)

// Class says what an error means for whoever asks.
type Class string

// The classes.
const (
	Auth      Class = "auth"      // the account's credentials are not accepted
	Scope     Class = "scope"     // the app may not do this: it lacks a scope, or a role
	Policy    Class = "policy"    // the account or the user may not, whatever the app may
	Throttled Class = "throttled" // too many requests; see Error.Until
	Temporary Class = "temporary" // the service does not answer, or has a fault of its own
	Rejected  Class = "rejected"  // the request was refused
	Broken    Class = "broken"    // the answer is not what is documented
	Config    Class = "config"    // the configured address is no API of Zoom's
)

// Error is why nothing is known. It holds nothing of what was asked or answered.
type Error struct {
	Class  Class
	Status int       // of HTTP; 0: there was no answer
	Code   int64     // Zoom's own; 0: none
	Until  time.Time // it is of no use to ask before; zero: not known
	What   string    // what is wrong with the answer; our words
}

// Error says what it means and what mends it.
func (e *Error) Error() string {
	text := "zoom: " + e.words()
	if e.What != "" {
		text += ": " + e.What
	}
	if e.Status != 0 {
		text += fmt.Sprintf(" (HTTP %d, code %d)", e.Status, e.Code)
	}
	return text
}

func (e *Error) words() string {
	switch e.Class {
	case Auth:
		return "the credentials are not accepted: check account_id, client_id and client_secret"
	case Scope:
		return "the app lacks a scope: it needs meeting:read:meeting:admin, webinar:read:webinar:admin and user:read:user:admin"
	case Policy:
		return "the account does not allow it"
	case Throttled:
		return "the account's limit of requests is reached"
	case Temporary:
		return "no answer"
	case Config:
		return "this address is no API of Zoom's: check api_url and oauth_url"
	case Broken:
		return "the answer is not as documented"
	}
	return "the request was refused"
}

// classOf reads an answer's status and code. Not all codes belong to one status, so the code goes first where it is known.
func classOf(status int, code int64) Class {
	switch code {
	case 124:
		return Auth
	case 4711, 4700, 104:
		return Scope
	case 2306, 200, 3161, 1010, 1120:
		return Policy
	case 64041:
		return Config
	case 4001:
		return Throttled
	}
	switch {
	case status == 429:
		return Throttled
	case status == 401:
		return Auth
	case status == 403:
		return Scope
	case status >= 500 || status == 408 || status == 423:
		return Temporary
	case status >= 300 && status < 400, status == 404, status == 405:
		return Config
	case status >= 200 && status < 300 && code == 0:
		return Broken
	}
	return Rejected
}
