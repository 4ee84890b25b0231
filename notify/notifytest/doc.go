// Package notifytest is the suite that every channel passes: what each status code and each broken connection means, that no
// error holds a secret, that calls end with their context and leave nothing running, that text written by an attacker comes
// out inert, and that a repeated delivery is one message where it can be.
//
// A channel's test describes it as a [Subject] and calls [Run]. The faults are real: an HTTP server on loopback that breaks
// connections, drips, floods and redirects.
package notifytest
