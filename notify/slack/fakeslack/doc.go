// Package fakeslack is a stand-in for the part of Slack's API that this program calls, on loopback: auth.test,
// users.lookupByEmail, users.info, conversations.open, chat.postMessage, chat.update, chat.postEphemeral, views.open,
// views.publish and apps.connections.open with its web socket. It keeps people, channels and messages in memory, refuses what
// Slack refuses (unknown tokens, people, channels and messages, blocks over their limits, triggers that are too old or used,
// more than a message a second in a channel if asked to), and misbehaves on demand: each error code, 429 with Retry-After, 5xx,
// slowness, answers that are lost after the message was taken.
//
// It also presses: [Server.Press] lets a person press a button of a message, and hands the signed press to the program as Slack
// would, over the web socket where one is open, else to the request URL. [Server.OpenHome] opens somebody's Home tab.
//
// It is for tests and for `meetleaks demo`; it needs no package testing. Nothing is written to disk. What it keeps is bounded.
package fakeslack
