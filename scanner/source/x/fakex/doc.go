// Package fakex is a stand-in of the X API v2, for tests and for the demo: rules, the filtered stream, recent search, look-ups and
// usage, of posts that somebody posts, edits and deletes by its methods. It follows X's documentation of August 2026 (filtered stream,
// recent search, post lookup, usage, errors) and checks requests as strictly: an unknown parameter, field or operator is an error.
//
//	server.go    the server, its faults, and what it was asked
//	posts.go     posts, and how they are written down in both spellings
//	rules.go     rules, and which posts they match
//	stream.go    the stream
//	search.go    search, look-ups, usage
//
// It listens to nothing by itself: callers serve it on the loopback. Its posts are lost with it.
package fakex
