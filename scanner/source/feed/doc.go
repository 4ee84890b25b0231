// Package feed reads the items of RSS, Atom and JSON feeds as documents.
//
// What it follows: RSS 0.91, 0.92, 1.0 and 2.0 (the RSS Advisory Board's specification), Atom (RFC 4287), JSON Feed 1.1, WebSub (W3C
// Recommendation of 23 January 2018), HTTP caching (RFC 9111). The library gofeed reads the formats; what it is given was measured before
// (depth, density), and its panics are errors.
//
// An item is a place of its own: the feed's address, "#" and a keyed hash of the item's id (else its link, else its text). It is on the
// page of the feed: Host is the feed's, after redirects. The item's link is only how people are shown the place, for it is the feed's
// word: a feed that lists another's page could otherwise say that nothing stands there any more. What the feed says of itself is one more
// document, under the feed's address. Of an item are read title, content, summary, links, enclosures, and every extension, but not who
// wrote it.
//
// What it promises:
//   - Requests go through a fetch.Client: robots.txt, pace, address guard, no meeting links; with validators, and no sooner than
//     max-age, ttl, skipHours, skipDays (up to MaxRest) and Retry-After ask. A feed that rests counts as it was read last: one that failed
//     stays blind.
//   - All that a pass brought is with the Taker before it is remembered. A feed whose items were taken halfway is read again.
//   - A feed is a window. What falls off its end is not gone; what would still have to be listed is, see [vanished], and is told in each
//     look until one is an hour from the first. A feed that lists nothing at all says nothing. 410 lets everything be gone that was
//     listed, in two looks; 404 does not.
//   - After an edit all is read once more, an hour later: then the Taker can believe that what stood in the item before is gone.
//   - A feed that breaks off is read up to there, one that cannot be understood as one document: both are told, and neither is clean.
//   - A redirect for good (301, 308) is remembered and told; the configured address is tried again as soon as the new one fails. None is
//     followed from https to http, not even on the way: the feed cannot be read then.
//   - A hub is told our secret by https alone; deliveries without it, for feeds of others, or after the lease, are refused. Hubs lose
//     news, so feeds are polled all the same.
//   - Nothing of a feed is stored but keyed hashes, times and validators. Addresses, texts and names are not logged or put into errors.
//
// It has no terms of its own to obey: feeds are published to be read by programs.
//
// Package polled asks for feeds, counts passes and keeps what is known. The way of a feed: options.go is what a source needs, source.go
// makes a look, reading.go tells what came of it, listing.go, xml.go and json.go understand the feed, take.go hands its items on, vanish.go
// finds what is gone, rest.go decides when to come again, memory.go is what is kept. websub.go subscribes to hubs, callback.go hears them.
// Package fakefeed is a site with a feed and a hub, for tests.
package feed
