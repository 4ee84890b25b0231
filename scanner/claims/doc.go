// Package claims registers which domains belong to an organisation while the service runs, and has each proved by DNS: a TXT
// record at _meetleaks.DOMAIN that holds a token made for that organisation, that domain and that claim.
//
//	pending ─► proved ─► warned ─► frozen ─► stopped ─► purged
//	             ▲         │          │          │
//	             └─────────┴──────────┴──────────┘ the record is seen again
//
// Nothing is looked for because of a claim that is not proved. A proof is looked for again each day; when the record is missing, the claim is
// warned on the first day, frozen on the third (nothing new is watched, alerts go on), stopped on the seventh and purged on the thirtieth:
// then the organisation is erased, if it has no other proof and whoever runs the service does not vouch for it. A look that reaches no
// answer leads to frozen at most: a network that is down here is no word about a domain. Each step needs its own days and its own
// look, so that a service that was off for a month, or a clock that jumped, ends nothing. To stop takes four looks in a row that found
// the record gone, to purge seven: an outage with a forged answer at its end erases nobody.
//
// The operator's word goes first: a claim of a domain that the configuration has given to another organisation since counts as not proved.
//
// Each resolver is asked directly, over UDP and then TCP, with no cache between; a quorum of them must have seen the record at
// that very name. An alias (CNAME) there proves nothing: it is often a wildcard, and whoever owns where it leads could prove the domain.
//
// # Which file is which
//
//	domain.go refuse.go   which texts are domains that can be claimed
//	token.go              the record's value
//	message.go ask.go     DNS messages, and asking resolvers
//	judge.go              what the answers come to, in words
//	state.go              from state to state: a pure function
//	registry.go           add, list, verify, remove
//	keeper.go             the daily round, and who is proved
package claims
