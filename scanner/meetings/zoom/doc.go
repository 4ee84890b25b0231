// Package zoom asks Zoom about an organisation's own meetings, with the credentials of a server-to-server app of its account: who
// hosts them, when they take place, and whether a link that leaked still lets anybody in. It reads, and changes nothing.
//
// A meeting's number is sent to the configured address alone, with the token of the organisation whose meeting it is. Nothing is
// kept but a token, in memory. No error and no log holds a number, a name, a passcode or a token; of passcodes only is read whether
// there is one.
//
// # What guards a leaked link
//
// A link is guarded when whoever comes by it is held up by something that did not leak:
//
//   - a waiting room, of a meeting or a personal room, whoever it is for: strangers are never let past it by a setting. Webinars have none;
//   - registration that the host approves, one by one. Registration that approves by itself lets anybody in who fills in a form;
//   - sign-in limited to named domains. Sign-in alone is open to anybody with a free account;
//   - a passcode, when no secret leaked with the link.
//
// A lock of the account or of a group counts in so far as it shows in the meeting's own settings, which are what Zoom applies.
//
// What is no guard: a passcode that leaked, and a new one in its place, because passcodes are not kept and so cannot be compared;
// anything at all, for a link that starts the meeting as its host; registration and passcode, for the link of one registrant, who is
// past them; any setting of a meeting that is running, because nothing says that a change counts before its next start.
//
// Of a meeting that Zoom does not know (404, code 3001) nothing follows by itself: it may be somebody else's, or have moved away with
// its host. Only when the host still is in the account is it called missing, and only who saw it there before may call it gone.
//
// Links of the kinds that are no number and no personal link (registration forms, events, recordings) cannot be judged.
//
// Sources: Zoom's Meetings API (OpenAPI 3.0 of 2025-06-30), its pages on server-to-server OAuth, rate limits and error codes.
package zoom
