// Package mail tells alerts by e-mail, over one SMTP server of the organisation's own.
//
// Messages are plain text: the sixty words of [notify.Compose], and at most one link, to a page of this service on which the
// reader can answer. There is never a link to the meeting. The Message-ID is made of the delivery's id, so that a repeat is the
// same message to programs that look; later messages about the same leak name the first in In-Reply-To. Auto-Submitted
// (RFC 3834) asks other machines not to answer.
//
// It promises: the password goes over TLS only, or to this machine; STARTTLS is required unless the server is this machine, and
// a certificate that does not hold is an error. The URL is read anew for each message and is in no error. Only addresses under the
// recipient's registered domains are written to. What a server says is read up to maxAnswer bytes and never repeated.
//
// Mail cannot be changed. An update is a short message in the same thread when the leak has come to an end; every other update is
// accepted and nothing is sent. Whom to write to then is sealed in the receipt.
//
//	mail.go      the channel
//	address.go   the URL of the server, addresses of people
//	message.go   what a message looks like
//	session.go   one conversation with the server
//	errors.go    what its answers mean
//	receipt.go   receipts; the memory of what was sent just now
package mail
