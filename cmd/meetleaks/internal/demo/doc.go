// Package demo is what `meetleaks demo` shows: stand-ins for the world around the service, all on loopback and in this process, and a
// story that happens in it. The service is the real one; it is configured for the stand-ins and told nothing else.
//
//	world.go site.go stream.go  the world: a school's web site, a stream of posts, Slack, Zoom
//	clock.go                    a trick: a clock that can be put forward
//	story.go acts.go            what happens, and what the service has to make of it
//	event.go card.go            how it is told
package demo
