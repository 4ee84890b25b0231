// Package bluesky listens to what is posted on Bluesky, and to other public records of the AT Protocol, as a Jetstream tells it.
//
// A Jetstream is an open service (the company behind Bluesky runs some, anybody may run one) that turns the network's signed stream
// into JSON over a websocket. Nothing is paid, and no account is needed. This package speaks the wire of version 1, which instances
// of version 2 serve, too: /subscribe, by the README of the project, sections "Consuming Jetstream", "Example events" and
// "Compression". Records are read by the lexicons app.bsky.feed.post, app.bsky.richtext.facet and app.bsky.embed.*; of all others only
// the shape is known, and each text in them counts. Names follow the protocol's specifications "DID", "NSID", "Record Key" and "CID".
//
// # What it promises
//
//   - What people see is handed on with its links in full: apps show "acme.zoom.us/j/8493027...", of which the number of another meeting
//     could be read. Where a target is known it stands in the place of that; where none is known, what is cut is left out, and counted.
//   - A cursor is saved when all before it was handed on. After a break the last five seconds are read again, and what was handed on then
//     is not handed on twice by the same process. Who has the texts' versions loses nothing by more.
//   - A deletion is told at once, and so is the end of an account, for all places of it at which leaks stand: the service names the account
//     alone. Which places those are is asked of the Taker when a pass begins that does not follow on one of ours, and every ten minutes.
//     When the account is shown again they are told to be back: else whoever switches an account off and on again would silence us. A
//     process that ends in between learns them of the Taker, for as many days as it keeps sightings that are gone.
//   - A change of a record is always handed on, with or without a link: one may have been taken out.
//   - What was not seen is told: a cursor that lay behind what the service keeps (36 hours, without a word of it), a frame that was too
//     long, a clock that is wrong, a service from which nothing new comes.
//   - Frames, records, texts, names, places and times are bounded. Packed frames are unpacked to 1 MiB at most. A frame that cannot be
//     understood is counted; a thousand in a row end the pass.
//
// # What it never does
//
// It never asks for a post, a profile, or a link in them, and writes nothing to the service. Accounts' names and handles leave it in the
// URI and the reference of a reading, which are kept hashed and encrypted, and nowhere else: neither logs, nor errors, nor what it tells of
// itself hold any. What it remembers of accounts are hashes under a key that ends with the process. It never searches: the service's search
// is for people. It carries no dictionary: the one with which version 1 packs is a file of that project, which the operator may hand in.
//
// What the terms ask: the protocol's records are public and made to be copied, and who copies honours deletions, which is done at once.
//
// # Which file is which
//
//	options.go errors.go   what a source is made with; why nothing was heard
//	read.go position.go    a pass: the connection, cursors, what is done beside the reading
//	heard.go               what becomes of each event
//	wire.go unpack.go      events are picked out of frames without decoding them; zstd
//	name.go                names, and places made of them
//	text.go facet.go       the text of a record; links in full
//	places.go recent.go    where leaks stand, by account; what was handed on last
//
// Package fakejetstream plays the service.
package bluesky
