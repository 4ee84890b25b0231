// Package x watches X (formerly Twitter) by its API v2: the filtered stream, recent search for the time in which nobody listened, and
// look-ups of the posts at which leaks stand.
//
// # What it promises
//
//   - What is looked for is compiled from terms: hosts and rooms, and numbers where their organisation has agreed to X being told. Words
//     never. No term gets out of its quotes, none is looked for that would find what is everybody's ("zoom.us"), and what cannot be
//     expressed is counted in the notes. Rules whose tag does not begin with RulePrefix are somebody else's and stay as they are.
//   - A cursor is saved only up to where no post is missing. A gap is open until recent search has been read to its end behind it, also
//     over restarts. X searches seven days back: what lies further back is told as lost.
//   - A text is what people see, with the link's whole target in place of what is shown of it. Of a long post the note is read, never
//     its beginning alone: half a number is another number. What X cut off is left out, and counted.
//   - A post is one place by the first id of its history, however often it is edited; older versions that come late are passed over.
//   - X tells of no deletion (but to enterprises): posts with leaks are looked up every six hours, as X wants what was deleted there to
//     be gone within 24. What X says it does not have, or does not show, is Gone; what it does not answer is nothing.
//   - Money: it counts the posts that are read, once a UTC day as X does, and those that come with others; asks X for its count every
//     hour and believes the higher one; and ends before the budget is passed. What is on its way at that moment X may count on top.
//   - Every read is bounded: lines of the stream 1 MiB, answers 8 MiB, texts 256 KiB, an idle stream 25 s. A frame that cannot be
//     understood is counted and passed over; of one with fields of a wrong type the rest is read. A thousand in a row, or fields that are
//     named as they never were, end the pass with an error: it would look as if there were nothing.
//
// # What it never does
//
// It asks for no user and follows no link. It has no field for an author: X sends their ids, and they are dropped undecoded. Links to X
// itself, which hold handles, are left out of texts. What it logs, tells and returns as an error holds nothing of what was read, and no
// address. It follows no redirect.
//
// # The service
//
// Documentation: X API, sections "Filtered stream" (with "Build a rule", "Operators", "Handling disconnections", "Consuming streaming
// data"), "Recent search", "Post lookup", "Usage", "Response codes and errors", "Pricing", as of August 2026, and version 2.167 of the
// public API description. The fields are being renamed: prose and stream say tweet.fields, note_tweet, referenced_tweets and
// edit_history_tweet_ids; the description says post.fields, note_post, referenced_posts and edit_history_post_ids for everything but
// the stream. Both are understood; what is asked is Options.Stream and Options.Search.
//
// Waits after failures are those of "Handling disconnections", but for faults of the network: the scheduler waits longer than the
// quarter of a second that X asks for.
//
// What the terms ask of whoever runs this: the use has to be declared when applying, and to be accepted (finding one's own leaked
// meetings, to warn those who host them; the policy on restricted uses names measuring security on X). Posts that were deleted or
// changed are to be so here within 24 hours; others may be given ids, not contents; nobody is to be profiled or matched to a person.
// Posts are charged when they are read.
//
// # Which file is which
//
//	options.go source.go    how a source is made; what it remembers from pass to pass
//	pass.go chores.go       one pass: its stream; what is asked beside it, saved and told
//	stream.go glance.go     lines, and what is seen of them before they are decoded
//	frame.go text.go        posts in both spellings, and what people see of them
//	terms.go rules.go       what is looked for, as rules and queries; keeping those at X in step
//	search.go look.go       gaps; posts that are looked up again
//	budget.go cursor.go     money; what is kept
//	api.go errors.go        requests, why they fail and how long to wait
//	quota.go                whether somebody else uses up what X allows the app
//
// What versions 1.1 and 2 have in common lies in internal/: texts of posts (posttext) and their ids (postid), how long X is left alone
// (waits), what may be looked for (terms), what is asked beside a stream (aside), and the stand-ins' faults and streams (standin).
//
// Package fakex is a stand-in of the service.
package x
