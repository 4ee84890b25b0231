// Package notify is what a person is told about a leak, and the contract of the channels that tell it.
//
// It promises that a channel sends what it is given and nothing else: an [Alert] is plain data, masked and put into words by
// the caller, without a field for a meeting's link, passcode or clear id. What comes out of a channel is inert: [Clean] takes
// the teeth out of markup, mentions, links and invisible characters, whatever the caller let through. No error of a channel
// holds a token, a URL, an address of a person or a word of an answer: an [Error] is made of words of this package.
//
// It never decides who is told, when, or whether again: that is the ladder's. A channel sends once, says what became of it,
// and leaves trying again to the outbox. It imports nothing of ours, so it could not recognise a meeting link if it wanted to.
//
//	alert.go answer.go     what is told; what is answered
//	channel.go             the contract, recipients, receipts
//	errors.go status.go    the classes of failure; what a status code and a broken connection mean
//	client.go secret.go    the HTTP client of channels; tokens that cannot be printed
//	clean.go words.go      inert text; how many words a text has
//	compose.go digest.go   the sixty words; many leaks in one message
//	advice.go advice_words.go  what to do, by platform, class and phase; the table that is translated
package notify
