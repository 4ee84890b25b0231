// Package fakeslack is a stand-in for the part of Slack's API that this program calls, on loopback: auth.test,
// users.lookupByEmail, users.info, conversations.open, chat.postMessage and chat.update. It keeps people, channels and
// messages in memory, refuses what Slack refuses (unknown tokens, people, channels and messages, blocks over their limits, more
// than a message a second in a channel if asked to), and misbehaves on demand: each error code, 429 with Retry-After, 5xx,
// slowness, answers that are lost after the message was taken.
//
// It is for tests and for `meetleaks demo`; it needs no package testing. Nothing is written to disk. What it keeps is bounded.
package fakeslack
