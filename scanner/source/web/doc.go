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
// A pass ends when nothing is queued, under way, or waiting for another try. The pages under way together hold at most
// [MaxHeld] bytes of bodies beside those that the workers are fetching: when readers are slow, the workers wait.
//
// # Which file is which
//
//	crawl.go options.go       Crawler, its options, one pass from start to end
//	schedule.go work.go       who is next: tries, bodies in flight; the workers
//	read.go follow.go known.go   what happens with an answer, with its links, with what is known of it
//	discover.go               sitemaps and feeds
//	unread.go                 what was not read, bounded
//	colly.go page.go          the way to the web; a page
//	memory.go                 what is remembered from pass to pass
//	address.go scope.go trap.go   canonical URLs; which of them are asked for
//	frontier.go visited.go    what is to be read, what was; on disk
//	sitemap.go feed.go        their formats
//	recrawl.go                when to come back
package web
