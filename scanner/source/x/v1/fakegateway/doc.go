// Package fakegateway is a stand-in of a gateway that speaks version 1.1 of the API of X: statuses/filter, search/tweets and
// statuses/lookup, as the documentation describes them, and faults on demand. It is for tests and demonstrations on the loopback.
package fakegateway
