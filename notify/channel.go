package notify

import "context"

// Channel is a way to tell a person. Implementations are safe for concurrent use, start no goroutine that outlives a call,
// and return within their own time limit, or at once when ctx is done. Each error is an [*Error].
//
// Neither method tries again by itself, other than waiting a bounded time for its turn under the service's limits.
type Channel interface {
	// Name is that of the kind, "slack"; of several of one kind, with the configured name, "webhook:soc". It holds no secret.
	Name() string
	// Send tells something new and returns when the service accepted it. After an error with Unsure set the service may
	// have it all the same: sending again is right, a repeat is better than a loss. A channel whose service can tell repeats
	// apart gives it Alert.Delivery to tell them by.
	Send(ctx context.Context, to Recipient, a Alert) (Receipt, error)
	// Update changes what was sent before, in place where the service can. A Gone error means that it is not there any more
	// or cannot be changed any more: send anew.
	Update(ctx context.Context, r Receipt, a Alert) error
}

// Checker is what a channel may do besides: say whether it could send, changing nothing and telling nobody.
type Checker interface {
	Check(ctx context.Context) error
}

// Recipient is who is told. Exactly one of Email, ID and Ref is set.
type Recipient struct {
	// Email finds a person. Only full members whose own address lies under one of Domains are told.
	Email string
	// ID is the service's own id of a person or a room, "C0SECOPS". A person is held to the rule of Email.
	ID string
	// Ref is the configured name of an endpoint, "soc".
	Ref string
	// Domains are the organisation's registered domains, in ASCII ("xn--…"). An address under a subdomain is under them.
	Domains []string
}

// Receipt finds a sent message again. It is opaque and printable, holds no secret and no text of the message, and may be
// stored: 1 to 256 bytes of ASCII.
type Receipt string
