// Package hook takes signed documents from anyone's feeder: the first source that is pushed to, and not read.
//
// A feeder sends POST with one JSON object (application/json) or one object a line (application/x-ndjson), 1,000 at most in
// 5 MiB at most, under the schema "meetleaks.document.v1":
//
//	{"uri":"https://social.example/p/93k2","text":"…","media_type":"text/html","seen_at":"2026-11-21T10:00:00Z",
//	 "reach":1200,"version":"7","shown":"social.example","event":"document"}
//
//	schema      "meetleaks.document.v1"; may be left out
//	uri         the place: 1 to 2,048 bytes without control characters. The host of an http or https URI decides whose page it is
//	text        what stands there; needed in a document, also when it is empty
//	media_type  text/plain (when left out) and other kinds of text are read as they are; text/html, application/xhtml+xml,
//	            text/calendar and message/rfc822 are taken apart
//	seen_at     when it was read (RFC 3339, from the year 2000 on). A time ahead of ours counts as now; so does none. With it a
//	            document that is sent again is not counted again, whatever came between
//	reach       how many people may have seen it: a whole number up to ten thousand million
//	version     1 to 256 bytes that change whenever the text does. Left out: the text itself tells
//	shown       how people may be told the place, without anybody's name: up to 300 bytes without control characters. With it the
//	            uri is kept as a keyed hash and encrypted, not in clear: give it for places where people post
//	event       "document" (when left out), "gone" (the place is not there any more: uri), "repost" (it was passed on: uri, reach)
//
// Requests are signed by Standard Webhooks 1.0.0 (webhook-id, webhook-timestamp, webhook-signature); testdata/push.sh does it in
// ten lines of shell. Whoever has the key may say of any page what stands on it: keys are as good as the feeders that hold them.
//
// The answer is JSON:
//
//	200  {"documents":3,"taken":2,"leaks":1,"new":1,"unchanged":0,"unregistered":4,"refused":[{"index":1,"reason":"…"}]}
//	     taken    of the documents (events too), those that were dealt with. All that they brought is durable
//	     leaks    sightings of meetings of registered organisations; new: of these, leaks that were not known
//	     unregistered  meetings of nobody that is registered: counted and forgotten
//	     refused  what cannot be taken, by its place among the documents, from 0: sent again as it is, it is refused again
//	     incomplete    of those taken, how many could not be read to their end; left out when none
//	200  {"replayed":true}: this very request was taken before, and nothing was done
//	401  not signed, forged, or signed more than a few minutes ago · 405, 413, 415 as HTTP has them
//	422  no document could be taken; the body is as of 200
//	429  too much is under way: send the same again, Retry-After says when
//	503  not all could be taken now: send the same again, Retry-After says when. What was taken is not taken twice
//
// The way of a request: hook.go serves it, gate.go bounds what is under way, request.go reads and checks it, decode.go makes documents
// of it, host.go judges where they say they come from, page.go is one that has to be taken apart, take.go hands them on, answer.go says
// what came of it.
//
// It promises: of a request that was not answered by 200 or 422 nothing is remembered but what was taken, and sending it again
// is right. It never says or logs a word of a body. Bytes, documents, requests and times are bounded. It starts no goroutine.
package hook
