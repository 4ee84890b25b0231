// Package web reads sites: it goes from start pages along their links, sitemaps and feeds, and yields each page as a unit
// of documents.
//
// It promises:
//
//   - It is a guest. What is requested, how fast, and what never (meeting links above all) is decided by package fetch, and asked
//     before an address is remembered: the frontier never holds a meeting link.
//   - It stays where it was told to: inside the scope, the depth and the number of pages; a redirect that leads elsewhere is not
//     requested.
//   - It ends. Endless calendars, session ids, repeating paths and search forms are recognised and left, and every table, queue
//     and body is bounded; what grows with the site lies on disk, in a folder that goes with the pass.
//   - What is not read is told, with its cause; what was cut is read as far as it goes and told as well. A page that failed was
//     asked for up to three times before.
//   - A page is read once in a pass, by one reader.
//
// It never sends a form, a cookie or a credential, never runs scripts, keeps no copy of a page, and never follows links of
// pages that ask robots not to.
//
// # The way of an address
//
//	start, sitemap, feed, memory, link of a page
//	→ canonical form → scope → traps → visited (once) → admitted by fetch → frontier (on disk)
//	→ a worker fetches it through colly → its unit is yielded → read → its links go the same way
//
// A [Source] hands the documents to a [Taker] instead, and keeps a visit once that has taken all documents of the page. What it
// makes of the answers:
//
//	200, other bytes than before   matched; parts that were remembered and are not there are told as gone
//	304, or the same bytes         unchanged; told as back when the look before found the page gone
//	404, 410                       told as gone for all places where something is claimed
//	301, 308 to another page       the same for the page itself; what it leads to is a page with claims of its own
//	anything else                  says nothing of the page
//
// That something is gone is believed after two looks an hour apart, so after the first one the page is looked at again an hour later.
//
// A pass ends when nothing is queued, under way, or waiting for another try. The pages under way together hold at most
// [MaxHeld] bytes of bodies beside those that the workers are fetching: when readers are slow, the workers wait.
//
// # Which file is which
//
//	crawl.go options.go       Crawler, its options, one pass from start to end
//	schedule.go work.go       who is next: tries, bodies in flight; the workers
//	read.go follow.go known.go   what happens with an answer, with its links, with what is known of it
//	discover.go               sitemaps and feeds
//	unread.go resting.go      what was not read, bounded; whose sites nobody waits for
//	colly.go page.go          the way to the web; a page
//	memory.go visits.go       what is remembered from pass to pass; in a store, sealed
//	watch.go watching.go      Source, which reads a site again and again; one of its passes, and whether it was blind
//	claims.go                 what is claimed on pages, and is told when it is gone
//	address*.go scope.go trap*.go   canonical URLs; which of them are asked for
//	refusal.go                why an address is not
//	frontier.go visited.go    what is to be read, what was; on disk
//	sitemap.go sitemap_queue.go   sitemaps, and the order in which they are read
//	feed.go feed_json.go markup.go   feeds; the markup below both, unpacked and bounded
//	recrawl.go                when to come back
package web
