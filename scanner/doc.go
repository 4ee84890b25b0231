// Package scanner is the domain: documents that were read, findings and leaks, how bad they are, who is told, and what outlives
// the process.
//
// It imports matchers and nothing else of ours. Everything that touches the outside (files, the web, stores, vendors)
// lives in packages below it, which import it.
//
// # Which file is which
//
//	document.go finding.go each.go match.go                     from documents to findings
//	chunk.go in_flight.go group.go heavy.go                     the same, piece by piece, and in turns
//	chapter.go hash_set.go                                      documents with very many meetings
//	judge.go risk.go reason.go words.go start.go calendar.go    whose a finding is, how bad, when it starts
//	leak.go event.go life.go turn.go sight.go decide.go         a leak and its life, see [Leak.Apply]
//	ladder.go quiet.go digest.go                                who is told when, and how much at a time
//	outbox.go ledger.go                                         what is owed, and the sum that must hold
//	store.go store_check.go claim_store.go dump.go              the boundary to the stores, and to their backups
//	pipeline.go claimer.go claim.go unite.go draft.go           findings become leaks
//	teller.go sender*.go lanes.go whois.go asking.go hosts.go   alerts go out, and to whom
//	rooms.go calendar_word.go calendar_claim.go                 which rooms are told; what calendars are believed
//	standing.go                                                 who may answer, and in which capacity
//	meeting.go prove*.go                                        what a platform knows of a meeting, and proofs that it is safe
//	ticker.go clock.go looker.go unjudged.go bookkeeper.go      time passes, posts vanish, books are checked
//	references.go                                               which posts are to be looked at again
//	pass.go watch.go scheduler*.go                              which source is read next
//	health.go coverage.go canary.go blindness.go                how sources do, what they saw, what they do not see
//	keyring.go datakey.go visitkey.go concealed.go              keys, and what cannot be printed
//
// Of these `scan` uses the first three rows, `serve` all.
//
// # One word, three things
//
// To claim is said of three things; the type or the object tells which:
//
//	claim, Taken.Claimed     a meeting in a document becomes a leak, once (claim.go, claimer.go; source/web remembers where: Visit.Claims)
//	DomainClaim, Claims      an organisation says that a domain is theirs (claim_store.go, package claims)
//	ClaimDeliveries, ClaimWakes  a process takes rows that are due, for the time of a lease (store.go)
package scanner
