// Package calendar reads published calendars (iCalendar, RFC 5545, by http, https or webcal) as documents.
//
// A calendar is one document under its address, on the page of the host that answered: package extract unfolds its lines and gives each
// event its date, that of a series its next instance. Published calendars of Google (…/calendar/ical/<id>/public/basic.ics) and Outlook
// (…/owa/calendar/…/calendar.ics) are read as they are; the first lag by hours. A private address is refused: what stands there is seen by
// its owner alone.
//
// What it promises:
//   - Requests go through a fetch.Client: robots.txt, pace, address guard, no meeting links; with validators, and no sooner than max-age
//     (up to MaxRest) and Retry-After ask. A calendar that rests after a failure stays blind.
//   - A calendar is remembered after the Taker took it. DTSTAMP, which some servers write anew with each answer, is no change.
//   - After a change it is read once more, an hour later: then the Taker can believe that an event is gone. An event that is called off
//     (STATUS:CANCELLED) is read like any other: its link is public as long as it stands there, and nothing on a page closes or silences.
//   - One with events that come again is read in full every day, so that the next instance is the next.
//   - 410 lets the calendar be gone, in two looks; 404 does not.
//   - One that is larger than MaxBody is cut, told, and never clean. One that shows free and busy times alone is told: nothing can leak
//     there, and nothing is seen.
//   - A redirect for good (301, 308) is remembered and told; the configured address is tried again as soon as the new one fails. None is
//     followed from https to http, not even on the way: the calendar cannot be read then.
//   - Nothing of a calendar is stored but hashes, times and validators. Addresses and texts are not logged or put into errors.
//
// Package polled asks for calendars, counts passes and keeps what is known. options.go is what a source needs, source.go makes a look,
// reading.go reads one calendar, survey.go measures it, memory.go is what is kept.
package calendar
