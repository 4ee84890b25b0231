// Package polled asks for documents that change where they stand (feeds, calendars), again and again, and knows what stays between two
// looks: it is what sources of that kind have in common, and no source itself.
//
// What it promises:
//   - A document is asked for with the validators of its last answer, and no sooner than its server, or what it says of itself, wishes. One
//     that rests counts as it did when it was read last: one that failed stays blind.
//   - What is known of a document is kept only after all of it is with the Taker. A pass that ends early is made again.
//   - Two looks an hour apart: what changed is read in full once more, what is gone for good (410; 404 is not) is told in each look, until
//     that can be believed. Whoever keeps leaks is told every few days that what did not change stands still.
//   - What was cut, or broke off, is never clean, and is asked for in full the next time.
//   - A redirect for good (301, 308) is remembered and told; the configured address is tried again as soon as the new one fails. None is
//     followed from https to http, not even on the way: the document cannot be read then.
//   - A pass that saw less than half of its documents is blind, and says why in a few words. A look that panics ends its pass with an error.
//   - Another generation (whose links are looked for) lets all be read in full, but for what rests after a failure.
//
// What it never does: it does not understand a document, or decide what in it is a place of its own. It keeps no address, but where a
// document moved for good when nothing there is secret, and no text; it logs nothing, and its errors and notes name documents by their
// number. Of what is kept, a source adds its own to [Memory]; both are JSON of one object, and what was written before stays readable.
//
// A source calls [Poller.Read] with what makes one look: it loads what is known ([Load]), makes a [Look], and asks it whether the document
// rests ([Look.Rests]). If not, it asks for the document ([Look.Ask]), hands on what it understands ([Look.Take]), says how that went
// ([Look.Seen], [Look.Taken], [Look.Failed], [Look.Gone]), when to come again ([Look.RestUntil]), and what is to be kept ([Look.Keep]).
//
// options.go is what a source needs, poller.go makes a pass, pass.go counts it, look.go asks for one document, believe.go hands on and
// looks twice, memory.go is what is kept, page.go is what an extractor is given.
package polled
