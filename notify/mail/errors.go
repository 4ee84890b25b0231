package mail

import (
	"context"
	"errors"
	"net/textproto"

	"github.com/wneessen/go-mail/smtp"

	"meetleaks/notify"
)

// stage is how far a conversation came.
type stage int

const (
	greeting stage = iota
	starting       // STARTTLS, and what was said over it first
	signing        // AUTH
	sender         // MAIL
	rcpt           // RCPT
	data           // DATA
	text           // the text, and the answer to it
)

// maxAnswer bounds all that is read of a server in one conversation, in bytes.
const maxAnswer = 256 << 10

var errTooLong = errors.New("the server says too much")

// sessionError is what a failure at a stage means. Caller is the context that the caller gave. Nothing of err's text is kept.
func sessionError(caller context.Context, at stage, err error) *notify.Error {
	var (
		own    *notify.Error
		answer *textproto.Error
		form   textproto.ProtocolError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &answer):
		return answerError(at, answer.Code)
	case errors.Is(err, errTooLong), errors.As(err, &form):
		return &notify.Error{Class: notify.Retry, Reason: "unreadable-answer", Unsure: at == text}
	case errors.Is(err, smtp.ErrUnencrypted), errors.Is(err, smtp.ErrWrongHostname):
		return &notify.Error{Class: notify.Config, Reason: "no-tls"}
	}
	e := notify.TransportError(caller, err)
	e.Unsure = at == text // before that the server had no message
	return e
}

// answerError is what a code of RFC 5321 section 4.2 means at a stage. 4xx passes. 5xx is about the recipient after RCPT, about the
// message after its text, and about our own settings everywhere else.
func answerError(at stage, code int) *notify.Error {
	switch {
	case code >= 400 && code < 500 && at == signing && code != 454 && code != 421:
		return &notify.Error{Class: notify.Config, Reason: "auth-refused"} // 432: a password has to be changed
	case code >= 400 && code < 500:
		return &notify.Error{Class: notify.Retry, Reason: "put-off"}
	case code < 500 || code > 599:
		return &notify.Error{Class: notify.Retry, Reason: "unreadable-answer", Unsure: at == text}
	case code == 530 || code == 534 || code == 535 || code == 538 || at == signing:
		return &notify.Error{Class: notify.Config, Reason: "auth-refused"}
	case at == starting:
		return &notify.Error{Class: notify.Config, Reason: "no-tls"}
	case at == sender:
		return &notify.Error{Class: notify.Config, Reason: "sender-refused"}
	case at == rcpt && code == 552:
		return &notify.Error{Class: notify.Permanent, Reason: "mailbox-full"}
	case at == rcpt:
		return &notify.Error{Class: notify.Permanent, Reason: "mailbox-refused"}
	case at == data || at == text:
		return &notify.Error{Class: notify.Rejected, Reason: "not-accepted"}
	}
	return &notify.Error{Class: notify.Config, Reason: "refused"}
}
