// Package v1 watches a gateway or an archive that still speaks version 1.1 of the API of X (formerly Twitter), by the library
// github.com/dghubble/go-twitter: the stream statuses/filter, search/tweets for the time in which nobody listened, and statuses/lookup
// for the posts at which leaks stand. X itself has shut these down for nearly everybody: package x is the source for X.
//
// # What it promises
//
//   - Requests leave by the guarded client of Options, to the address of Options, and nowhere else: the library's own addresses are
//     rewritten, and any other address it might ask for is refused. Parameters of the stream go into the body, so that an access log of
//     the gateway does not hold them.
//   - One connection a pass. The library would try again by itself, for up to 16 minutes, and would end without a word on a 403: every
//     status but 200 becomes an [*Error] with a reason and a time to wait, a second connection is refused, and a stream without a line
//     for Options.Idle is ended. The service sends an empty line every 30 s.
//   - The library reads lines of any length and decodes every one of them twice. It is handed a body that holds at most [maxFrame] in a
//     line, a frame at a time, and of posts only those that Options.Promising lets through.
//   - The library's Stream.Stop reads a field that another goroutine writes. It is never called: a pass ends the connection by its
//     context, so that the body ends, and then receives until the library has closed Stream.Messages. Its goroutine has ended by then.
//   - What is looked for is compiled from terms: hosts and rooms, and numbers where their organisation has agreed to the gateway being
//     told. Words never. No term gets out of its phrase or its quotes, and none is looked for that would find what is everybody's
//     ("zoom.us"). What cannot be expressed is counted in the notes.
//   - A cursor is saved only up to where no post is missing. A gap (the time before the pass, and posts that the service says it held
//     back) is open until the search has been read to its end behind it.
//   - A text is what people see, with the link's whole target in place of what is shown of it. Of a long post the whole text is read; of
//     one that came cut off the last words are left out, and counted: half a number is another number.
//   - A repost brings the post that it shows, at that post's own place.
//   - Deletion notices and posts that are withheld everywhere are told as deleted. Gateways may leave notices out, as the service did at
//     its end: so posts with leaks are looked up, and told gone when they are not there.
//
// # What it cannot see
//
// Version 1.1 names no edits: a version is a post of its own. The library knows no alternative texts of images, and options of polls
// only where an enterprise service sends them. An account that is withheld is counted; its posts are found gone when they are looked up.
//
// # What it never does
//
// It asks for no user and follows no link or redirect. Authors come decoded with their posts, and stay inside the call that hands the
// post on: of them only the number of followers is read. Links to X itself, which hold handles, are left out of texts. What it logs,
// tells and returns as an error holds nothing of what was read or asked, and no address: errors of the library and of net/http hold
// both, and are dropped.
//
// # The service
//
// Documentation: Twitter API v1.1, sections "POST statuses/filter", "Basic stream parameters" (track), "Streaming message types",
// "Connecting to a streaming endpoint" (stalls, reconnecting), "Search Tweets: Standard v1.1" with "Standard operators", "GET
// statuses/lookup", "Tweet object", "Entities object", "Response codes". Waits after failures are those of "Connecting to a streaming
// endpoint", but for faults of the network: the scheduler waits longer than is asked there.
//
// What the terms ask of whoever runs this is what they ask for package x, by the gateway's contract: the use is declared and accepted,
// posts that were deleted are so here within 24 hours, others may be given ids and not contents, nobody is profiled.
//
// # Which file is which
//
//	options.go source.go    how a source is made; what it remembers from pass to pass
//	pass.go chores.go       one pass: what the library hands over; what is saved, told and asked beside it
//	gate.go                 the way out: the transport that the library is given
//	lines.go glance.go      the body that the library is given: lines, and what is seen of them before they are decoded
//	post.go text.go         posts, and what people see of them
//	terms.go                what is looked for, as phrases and queries
//	search.go look.go       gaps; posts that are looked up again
//	errors.go ids.go        why requests fail and how long to wait; ids of posts, places, the cursor
//
// What this has in common with package x lies in ../internal: texts of posts (posttext), how long the gateway is left alone (waits), and
// what may be looked for (terms).
//
// Package fakegateway is a stand-in of a gateway.
package v1
