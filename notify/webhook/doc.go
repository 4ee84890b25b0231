// Package webhook tells alerts to an endpoint of the organisation's own, as signed HTTP requests.
//
// Requests follow the Standard Webhooks specification 1.0.0 (https://www.standardwebhooks.com): the headers webhook-id,
// webhook-timestamp and webhook-signature, the last with one "v1," HMAC-SHA256 for each configured key, so that keys can be
// changed without a gap. The id is that of the delivery and the same in each attempt: receivers drop repeats by it.
//
// The body is JSON under the schema "meetleaks.alert.v1" (see payload.go). It carries the fields of Zoom's meeting.risk_alert
// where they fit, so that what reads the one can read the other, less the link, the passcode and who posted it. A new field
// may appear in this version; none goes or changes its meaning.
//
// It promises: any 2xx is an acceptance, at once, whatever follows in the body; redirects are not followed; 410 says that the
// endpoint wants nothing any more. The URL and the keys are read anew for each request and are in no error. The body of an
// answer is never read. Whether an address may be connected to is the business of the client that is handed in.
package webhook
