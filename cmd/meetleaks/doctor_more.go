package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"meetleaks/notify"
)

// moreExaminations look at mail and SIEMs: mail signs in and leaves, syslog shakes hands; no message is sent and no file made.
func (d *doctor) moreExaminations(clients apiClients) []examination {
	dials, err := d.app.apiDials(d.loaded.Fetch)
	if err != nil {
		return nil // told with the way out
	}
	// The key is any: no message is sent under it.
	o := moreOptions{clients: clients, dials: dials, index: make([]byte, 32), from: mailFrom(d.loaded.Organisations)}
	var list []examination
	c := d.loaded.Channels
	if c.Mail.URL.IsSet() {
		target := ""
		if u, ok := readSecretURL(c.Mail.URL); ok {
			target = u.Scheme + "://" + hostAndPort(u)
		}
		list = append(list, examination{{"mail", target, func(ctx context.Context) []diagnosis {
			channel, err := openMail(c.Mail, o)
			if err == nil {
				err = channel.Check(ctx)
			}
			return []diagnosis{moreDiagnosis("mail", target, err, "the server takes messages from us", mailMend)}
		}}})
	}
	for i, s := range c.SIEM {
		target := strings.TrimSpace(fmt.Sprint(i) + " " + addressOf(s.To))
		list = append(list, examination{{"siem", target, func(ctx context.Context) []diagnosis { return []diagnosis{d.siem(ctx, i, target, o)} }}})
	}
	return list
}

// siem looks whether events could be written: to a file, or at the end of a handshake. Over HTTP no request is sent: it would be an event.
func (d *doctor) siem(ctx context.Context, i int, target string, o moreOptions) diagnosis {
	const name = "siem"
	s := d.loaded.Channels.SIEM[i]
	channel, err := d.app.openSIEM(i, s, o)
	if err == nil {
		err = channel.Check(ctx)
	}
	u, notURL := url.Parse(s.To)
	if err != nil || notURL != nil || u.Scheme != "https" && u.Scheme != "http" {
		return moreDiagnosis(name, target, err, "events can be written", siemMend)
	}
	client, err := clientFor(s.To, o.clients)
	if err != nil {
		return moreDiagnosis(name, target, err, "", siemMend)
	}
	return d.handshake(ctx, name, target, u, client)
}

func moreDiagnosis(name, target string, err error, good string, mend func(*notify.Error) string) diagnosis {
	if err == nil {
		return healthy(name, target, "%s", good)
	}
	return ailing(name, target, err.Error(), mend(notify.AsError(err)))
}

func mailMend(e *notify.Error) string {
	switch e.Reason {
	case "auth-refused", "no-way-to-sign-in":
		return "give user and password in the URL, as the mail server wants them; letters such as @ and / in them are written %40 and %2F"
	case "no-tls":
		return "the server must offer STARTTLS, or take smtps://; only on this machine mail goes without"
	case "certificate":
		return "name the server as its certificate does, or give fetch.ca_file"
	case "bad-sender":
		return "give channels.mail.from, an address alone"
	case "address-refused":
		return "write the address of a server in your own network as a number, as in smtp://10.0.0.25:25"
	}
	return "give url_file with smtp://user:password@host:587 or smtps://…, readable by the user that serve runs as, and see that the server can be reached"
}

func siemMend(e *notify.Error) string {
	switch e.Reason {
	case "no-regular-file", "file-not-writable":
		return "name a file in a folder in which the user that serve runs as may write"
	case "certificate":
		return "name the server as its certificate does, or give fetch.ca_file"
	case "address-refused":
		return "write the address of a server in your own network as a number, as in syslog+tls://10.0.0.25:6514"
	}
	return "give file:PATH, syslog+tls://HOST:PORT or an https:// URL that can be reached, and token_file where it wants one"
}
