// Package siem tells alerts to a machine that collects security events: as Detection Findings of the Open Cybersecurity Schema
// Framework (https://schema.ocsf.io, class 2004, version 1.3.0), one JSON object an event.
//
// Every alert and every update is an event. A finding is named by its leak, so that its events belong together; an event by its
// delivery, so that a repeat can be told. A digest is one event for each leak in it. Events name an organisation and a masked
// meeting, never a person.
//
// There are three ways. A file: one line an event, written whole, on the disk before the event counts as accepted; the file is opened
// anew for each, so that it may be renamed at any time; at maxFile bytes it is renamed to NAME.1 and so on, keepFiles of them. Syslog over TLS
// (RFC 5425): a connection for each alert; syslog never says that it accepted, so an event counts as accepted when the server took the bytes
// and closed in order, or kept silent. HTTPS: one POST, the event or a list of them; any 2xx is an acceptance.
//
//	siem.go     the channel
//	event.go    what an event looks like
//	file.go syslog.go web.go   the three ways
package siem
