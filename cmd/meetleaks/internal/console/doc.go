// Package console is what a running service shows over HTTP: whether it is alive and ready, its metrics, and the REST API with
// which security operations work the queue. [Client] is the other end of the API.
//
//	console.go server.go   the handlers of the private and the public address, and the server around them; crowd.go: its connections
//	guard.go auth.go       headers, faults, the token; hearout.go: bodies that are refused
//	readiness.go           /readyz: asked once at a time, kept for a second
//	api.go read.go         the operations of /api/v1 that tell
//	act.go decide.go       those that change a leak: what analysts do, and what they decide
//	source.go coverage.go  what is told of sources, and of what was looked at
//	problem.go             what an error means in HTTP
//	types.go convert.go    what is sent, and how it is made of what is stored
//	client.go answer.go    the client
//	web.go web_sign.go     the pages' routes, what all of them have, and how one signs in; session.go: who has
//	web_order.go           the queue in order of time to harm, kept beside the requests
//	page_*.go web/         a page each, its words, its template; rendered here, no script
//
// It promises: nothing under /api/v1 is told to anybody without the token; what is sent is made of structs of its own, without
// keys, receipts, recipients, sealed ids and host references; texts are masked and hold no control characters; every request is
// bounded in size and time, and so are those that run at once; no answer and no log line repeats what a client sent as a token.
package console
