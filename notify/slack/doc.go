// Package slack tells people through Slack: a direct message to the person with an address, or a message in a channel.
//
// It promises: only full members of the token's own workspace (or Enterprise organisation) get a direct message, and only when
// the address in their profile is the one that was asked for and lies under a registered domain; guests, bots, strangers from
// shared channels and deactivated people never. A message has at most [notify.MaxWords] words, no link, nothing to unfurl, and
// nothing in it is read as markup. The token is read anew for each call, goes to the configured base URL only, and is in no
// error. It never reads messages, channels' members or files.
//
// People answer by pressing buttons, which come back signed over HTTP or over a web socket: [Answers]. Who pressed is what Slack says,
// after its signature or its socket; that they are a full member of the token's own workspace is seen to here; whether they may
// say so of this leak is decided by the handler. A press is acknowledged before it is handled, handled once, and never lost
// silently: whoever pressed is told when it did not work. An answer's ids come out of the card itself, where nobody can put others.
//
// Slack's limits are kept by waiting: one message a second in a channel, fifty or a hundred calls a minute of other methods. Who would
// wait longer than a few seconds is sent away with the time to come back, so that nothing queues up here. The limits hold for
// one process; of several that share a token Slack throttles some, and its Retry-After is obeyed.
//
// Slack cannot tell repeats apart: client_msg_id is for its own clients. A delivery that this process knows to be accepted is
// not posted twice; one whose acceptance was lost with the process, or whose answer was lost on the way, is.
//
// The way of a call: slack.go takes it, members.go finds the person, pace.go waits for its turn, message.go words it, gate.go
// stands between slack-go and the network and judges each answer, and codes.go says what Slack's error codes mean; receipt.go is
// where a message stands, recent.go which deliveries were accepted. The way of a
// press: answers.go (HTTP, checked by signature.go) or socket.go takes it, interaction.go reads it, nonces.go knows it again,
// lanes.go lets it be handled in order, and reply.go shows what came of it; buttons.go is what can be pressed. manifest.go
// describes the app to Slack.
package slack
