// Package fetch is the one way out to the web for everything that reads public pages.
//
// It promises:
//
//   - Only the public internet is reached. An address is judged at the moment it is dialled, after the name was resolved, so
//     that a name which changes its answer gains nothing. Private, loopback, link-local and special addresses are dialled only
//     where the operator's list names that very host and port, and a redirect from outside never leads there.
//   - A meeting link, the host of a meeting service, a link wrapper and a shortener are never requested: not when a URL is
//     handed in, not when a server redirects there.
//   - Only GET and HEAD, http and https, ports 80 and 443 and those of the operator's list; at most five redirects, each judged
//     anew. Certificates are verified.
//   - robots.txt is obeyed (RFC 9309), a host is asked by one connection at a time and at a pace that follows how fast it
//     answers, and says who asks and how to reach them.
//   - Every answer is bounded: time, header bytes, body bytes as received and as decompressed, and their ratio. A body that was
//     cut is never passed off as whole.
//   - Everything ends at once when its context ends.
//
// It never sends cookies, credentials or a referrer, never imitates a browser, never asks the environment for a proxy, never
// sends a body, and never keeps what it read. Errors show URLs masked.
//
// # How to use it
//
// [Client.Get] reads one page. A library that brings its own HTTP client, such as a crawler, is given the Client as its
// [http.RoundTripper] and [Client.CheckRedirect]; what Get tells in a [Page], such a user learns from the [Trace] that
// [WithTrace] put into the context. The client's own time limits hold: libraries must set none of theirs, because
// waiting for a host's turn takes as long as it takes.
//
// # Which file is which
//
//	client.go options.go      Client, Options, Limits
//	request.go trace.go       Get, and what there is to know of one request
//	roundtrip.go redirect.go  one hop, from the checks to the body
//	admit.go refuse.go        what can be judged without a packet: addresses as written; meeting links
//	guard.go dial.go proxy.go what is judged when dialling, directly or through the operator's proxy
//	body.go decode.go         the body under its caps
//	robots*.go tags.go        what site owners allow
//	pace*.go retryafter.go    how fast: the rules, and the Pacer of one process
//	fresh.go                  for how long an answer need not be asked for again
//	api_client.go             the way to one configured service (a channel, a platform), not to the web
//	errors.go words.go stats.go   what went wrong, also in words for people; what it cost
package fetch
