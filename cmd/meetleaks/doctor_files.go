package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"runtime"
	"strings"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/hosts"
	"meetleaks/scanner"
)

// secretPlace is one secret of the configuration and its key.
type secretPlace struct {
	key    string
	secret config.Secret
}

// secretsOf lists the secrets that are set in a value of the configuration.
func secretsOf(path string, v reflect.Value) []secretPlace {
	if secret, ok := v.Interface().(config.Secret); ok {
		if !secret.IsSet() {
			return nil
		}
		return []secretPlace{{path, secret}}
	}
	var list []secretPlace
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if key := v.Type().Field(i).Tag.Get("key"); key != "" {
				list = append(list, secretsOf(strings.TrimPrefix(path+"."+key, "."), v.Field(i))...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			list = append(list, secretsOf(fmt.Sprintf("%s[%d]", path, i), v.Index(i))...)
		}
	}
	return list
}

// secretFiles looks whether the files of secrets can be read by us and not by everybody. That of the master key is looked at with
// the store, where it belongs.
func (d *doctor) secretFiles(context.Context) []diagnosis {
	var list []diagnosis
	good := 0
	for _, p := range secretsOf("", reflect.ValueOf(d.loaded.Config)) {
		if p.key == "keys.master" || p.secret.File() == "" {
			continue
		}
		if seen, bad := judgeSecretFile(p); bad {
			list = append(list, seen)
		} else {
			good++
		}
	}
	if good > 0 {
		list = append(list, healthy("secret files", "", "%s in order: readable here, and not by everybody", count(good, "file")))
	}
	return append(list, d.ownFile()...)
}

// judgeSecretFile looks at one file.
func judgeSecretFile(p secretPlace) (seen diagnosis, bad bool) {
	const name = "secret file"
	file := p.secret.File()
	if _, err := p.secret.Read(); err != nil {
		return ailing(name, file, p.key+": "+err.Error(), "put the secret there, readable by the user that serve runs as"), true
	}
	info, err := os.Stat(file)
	if err != nil {
		return ailing(name, file, p.key+": "+err.Error(), "put the secret there, readable by the user that serve runs as"), true
	}
	if seen := openMode(info); seen != "" {
		return ailing(name, file, p.key+": "+seen, "chmod 600 "+file+"; and when others may have read it, make a new secret"), true
	}
	return diagnosis{}, false
}

// openMode says what is wrong with the mode of a secret's file, "" when nothing is. A group may read: that is how secrets are given
// to containers.
func openMode(info fs.FileInfo) string {
	mode := info.Mode().Perm()
	switch {
	case runtime.GOOS == "windows":
		return ""
	case mode&0o004 != 0:
		return fmt.Sprintf("everybody on this machine can read it (mode %04o)", mode)
	case mode&0o022 != 0:
		return fmt.Sprintf("others can change it (mode %04o)", mode)
	}
	return ""
}

// ownFile looks whether the configuration itself holds secrets that everybody can read.
func (d *doctor) ownFile() []diagnosis {
	held := ""
	for _, p := range secretsOf("", reflect.ValueOf(d.loaded.Config)) {
		if p.secret.File() == "" && d.loaded.Origin(p.key).Line > 0 && p.key != "store" {
			held = p.key
			break
		}
	}
	if d.loaded.File == "" || held == "" {
		return nil
	}
	info, err := os.Stat(d.loaded.File)
	if err != nil {
		return nil
	}
	if seen := openMode(info); seen != "" {
		return []diagnosis{ailing("secret file", d.loaded.File, "the configuration holds a secret ("+held+"), and "+seen,
			"chmod 600 "+d.loaded.File+", or better: put the secret into a file of its own, "+held+"_file")}
	}
	return nil
}

// maxMistakesShown is how many mistakes of one hosts' file are told.
const maxMistakesShown = 5

// hosts reads the lists of who hosts what, as serve does.
func (d *doctor) hosts(context.Context) []diagnosis {
	key := make([]byte, scanner.MasterBytes) // of no use but for this run
	if _, err := rand.Read(key); err != nil {
		return []diagnosis{unexamined("hosts", "", "no key for this run could be drawn")}
	}
	_, reports := hosts.New(d.loaded.Organisations, key)
	var list []diagnosis
	for _, r := range reports {
		list = append(list, judgeHosts(r))
	}
	return list
}

func judgeHosts(r hosts.Report) diagnosis {
	const name = "hosts"
	target := r.File
	if target == "" {
		target = "of " + r.Org
	}
	lines := r.Lines()
	more := ""
	if n := len(r.Mistakes) + r.More - maxMistakesShown; n > 0 {
		more = fmt.Sprintf("; and %d more", n)
	}
	switch {
	case r.Err != nil:
		return ailing(name, target, "not in use: "+r.Err.Error(), "mend the file; the log of serve says when it is in use")
	case len(lines) > 0:
		lines = lines[:min(len(lines), maxMistakesShown)]
		return worry(name, target, "left out: "+strings.Join(lines, "; ")+more, "mend these entries: their meetings have no known host")
	}
	return healthy(name, target, "%s, %s", count(r.Meetings, "meeting"), count(r.Organisers, "organiser"))
}

// organisations looks whether leaks can belong to somebody, and somebody is told.
func (d *doctor) organisations(context.Context) []diagnosis {
	const name = "organisations"
	c := d.loaded.Config
	list := []diagnosis{healthy(name, "", "%s, %s", count(len(c.Organisations), "organisation"), count(len(c.Sources), "source"))}
	if len(c.Organisations) == 0 {
		list[0] = worry(name, "", "none: nothing that is found can belong to anybody", "add one under organisations; `meetleaks config init` prints an example")
	}
	if len(c.Sources) == 0 {
		list = append(list, worry("sources", "", "none: nothing is watched", "add one under sources; `meetleaks config init` prints an example"))
	}
	if !anyChannel(c.Channels) && c.Alerts.Mode != string(scanner.ModeObserve) {
		list = append(list, worry("channels", "", "none: alerts wait in the store until there is one",
			"give channels.slack.token_file, channels.mail or a webhook; or set alerts.mode to observe"))
	}
	for _, o := range c.Organisations {
		if roomless(o, c.Channels) {
			list = append(list, worry("organisation", o.Name, "has no room: nobody is told when a host is not known or does not answer",
				"give fallback.slack_channel (with channels.slack), a webhook, or a route without conditions"))
		}
	}
	return list
}
