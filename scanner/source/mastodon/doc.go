// Package mastodon reads servers that speak the Mastodon API (Mastodon, GoToSocial, Pleroma, Akkoma, snac, Pixelfed): their public
// timelines, hashtags and lists, as they are posted.
//
// # What it promises
//
// A pass listens on one connection, by server-sent events or WebSocket, and hands on each post that may hold a meeting link, each edit
// and each deletion that the server tells of. What was posted while nobody listened is read from the timelines when the next pass
// begins, oldest first, up to Options.GapPages pages of a stream; what is beyond is told. The cursor moves once all before it was taken.
// What was deleted or edited while nobody listened is found by looking at the posts in which something was claimed, every
// Options.LookAgain. Servers without streams are read in passes of kind [scanner.Poll]: timelines and looks alone.
//
// A place is the server's address and the post's id there: "https://social.example/statuses/ID". Ids are opaque; which is newer, the
// order of the server's pages and the times of the posts say. What is handed on is what people see: content (its links whole, where they
// are shown shortened), content warning, poll, descriptions of media, the card, and a post that is quoted with its author's consent.
// Posts of the server's own people count as pages of its host, since a server under an organisation's domain is that organisation's;
// posts of others are nobody's page. A boost raises the reach of the original.
//
// # What it never does
//
// It reads no post that is not public or unlisted, whatever the token may see; no home timeline, notification or conversation; no
// profile. It posts nothing, follows nobody, searches nothing, and opens no link. Handles and ids of accounts stay inside one call; only
// the encrypted reference has the address of the post, as the server gives it. The token stands in the Authorization header alone, and
// goes to the configured host or to a streaming host under the same registrable domain with TLS. Nothing that the server sends can make
// it go elsewhere. Lines, messages, pages, texts, ids, waiting times and looks are bounded; a frame that cannot be understood is counted
// and skipped, a thousand in a row end the pass.
//
// A server that gives nothing but deletions (three or more) for an hour withholds its timeline: that is a failure, not silence.
//
// # Whom to ask, and what is respected
//
// Each server has terms of its own; many forbid automated collection (the template that Mastodon ships since 4.4 does). So a server is
// read only if its operator agreed, and the natural one is the organisation's own, or a list of accounts. Deletions are honoured at once.
// The server's rate limit (300 requests in five minutes) is obeyed by its headers.
//
// People can tell their server to keep them out of search engines (noindex), search (indexable) and recommendations (discoverable). Here
// nothing is indexed, ranked or recommended, and nothing of a post is kept unless an organisation's own meeting stands open in it:
// that is theirs to mend, whoever posted it. Therefore such posts are looked at in passing as all others, but the number of followers
// of an account with noindex is left alone. Options.SkipNoindex leaves its posts out altogether, and counts them as refused. The other
// two are off unless people switch them on, and say nothing about links.
//
// # The documentation that it follows
//
// docs.joinmastodon.org: methods streaming (events, streams, HTTP, WebSocket), timelines, statuses, instance; entities Status, Account,
// MediaAttachment, Poll, PreviewCard, Quote, Instance (configuration.urls, configuration.timelines_access), V1::Instance; API rate limits
// and guidelines on pagination. HTML standard section 9.2 (server-sent events), RFC 6455, RFC 8288 (Link), RFC 9110 section 10.2.3.
//
// # Which file is which
//
//	options.go            what it is told, and its bounds
//	read.go cursor.go     a pass, and what is kept between two
//	wire.go sse.go websocket.go  the two transports
//	rest.go gap.go again.go      the REST interface, closing gaps, looking again
//	scan.go status.go     what is found in a frame without decoding it, and decoded
//	text.go take.go       what people see, and handing it on
//	place.go failure.go   addresses, streams, references; what goes wrong
//	fakemastodon/         a stand-in of a server, for tests and the demonstration
package mastodon
