package main

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/dict"
	"github.com/klauspost/compress/zstd"

	"meetleaks/cmd/meetleaks/internal/config"
)

// everyFile has all settings that name files, or can be given as one, each from one that has the setting's name.
const everyFile = `
store_file: FOLDER/store
keys: {master_file: FOLDER/keys.master, index_file: FOLDER/keys.index}
console: {listen: "127.0.0.1:0", public_url: "https://meetleaks.acme.example", token_file: FOLDER/console.token}
fetch: {ca_file: FOLDER/fetch.ca_file, proxy: {url_file: FOLDER/fetch.proxy.url}}
organisations:
  - name: acme
    domains: [acme.example]
    hosts_file: FOLDER/organisations.hosts_file
    platforms:
      zoom:
        account_id: a
        client_id: c
        client_secret_file: FOLDER/organisations.platforms.zoom.client_secret
        webhook_secret_file: FOLDER/organisations.platforms.zoom.webhook_secret
sources:
  - {name: feeder, kind: hook, secret_file: FOLDER/sources.secret}
  - {name: town, kind: mastodon, api_url: "https://social.acme.example", token_file: FOLDER/sources.token, streams: [public], permission: ours}
  - {name: sky, kind: bluesky, dictionary: FOLDER/sources.dictionary}
channels:
  slack:
    token_file: FOLDER/channels.slack.token
    app_token_file: FOLDER/channels.slack.app_token
    signing_secret_file: FOLDER/channels.slack.signing_secret
  mail: {url_file: FOLDER/channels.mail.url}
  webhook: [{name: soc, url_file: FOLDER/channels.webhook.url, secret_file: FOLDER/channels.webhook.secret}]
  siem: [{format: ocsf, to: "https://siem.acme.example/in", token_file: FOLDER/channels.siem.token}]
`

// What `config check` says of a file that serve opens, serve does: whether it is missing, empty or not what it should be. A setting that is
// new must be in the list above.
func TestCheckAndServeAgree(t *testing.T) {
	good := goodFiles(t)
	settings := filesIn(reflect.TypeFor[config.Config](), "")
	if told, began := planned(t, good, "", nil); len(told) > 0 || began != nil {
		t.Fatalf("with all that is needed: %q, %v", told, began)
	}
	for _, setting := range settings {
		for what, text := range map[string][]byte{"missing": nil, "empty": {}, "wrong": []byte("\x00 no such thing\n")} {
			told, began := planned(t, good, setting, text)
			if (len(told) == 0) != (began == nil) {
				t.Errorf("%s is %s: config check says %q, serve %v", setting, what, told, began)
			}
		}
	}
}

// filesIn are the settings that name files, or can be given as one.
func filesIn(of reflect.Type, path string) []string {
	switch {
	case of == reflect.TypeFor[config.Secret](), of == reflect.TypeFor[config.Path]():
		return []string{path}
	case of.Kind() == reflect.Slice:
		return filesIn(of.Elem(), path)
	case of.Kind() != reflect.Struct:
		return nil
	}
	var all []string
	for field := range of.Fields() {
		if key := field.Tag.Get("key"); key != "" {
			all = append(all, filesIn(field.Type, strings.TrimPrefix(path+"."+key, "."))...)
		}
	}
	return all
}

// goodFiles are what serve takes of settings that are not just any key.
func goodFiles(t *testing.T) map[string]string {
	t.Helper()
	var samples [][]byte
	for i := range 100 {
		samples = append(samples, bytes.Repeat(fmt.Appendf(nil, "good morning %d times ", i*7919), 20))
	}
	dictionary, err := dict.BuildZstdDict(samples, dict.Options{MaxDictSize: 4 << 10, HashBytes: 6, ZstdDictID: 6173, ZstdLevel: zstd.SpeedFastest})
	must(t, err)
	key := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	return map[string]string{
		"keys.master": key, "keys.index": key, "fetch.proxy.url": "http://127.0.0.1:1/", "fetch.ca_file": newAuthority(t).pem,
		"organisations.hosts_file": "meeting,email\n", "sources.dictionary": string(dictionary),
		"channels.mail.url": "smtps://mail.acme.example", "channels.webhook.url": "https://soc.acme.example/in",
		"channels.slack.token": botToken, "channels.slack.app_token": "xapp-1-A0-1-x",
	}
}

// planned makes everyFile, but for what is in place of one file (nil: nothing), and gives what `config check` and what serve say of it.
func planned(t *testing.T, good map[string]string, other string, text []byte) (told []string, began error) {
	t.Helper()
	folder := t.TempDir()
	for _, setting := range filesIn(reflect.TypeFor[config.Config](), "") {
		if !strings.Contains(everyFile, "FOLDER/"+setting) {
			t.Fatalf("%s names a file, and is not in everyFile: what does serve when it is not there?", setting)
		}
		content := []byte(cmp.Or(good[setting], "whsec_c29tZSByYW5kb20gYnl0ZXMgb2YgYSBmZWVkZXI="))
		if setting == "store" {
			content = []byte("sqlite:" + folder + "/data/meetleaks.db")
		}
		if setting == other {
			if content = text; content == nil {
				continue
			}
		}
		must(t, os.WriteFile(filepath.Join(folder, setting), content, 0o600))
	}
	file := filepath.Join(folder, "meetleaks.yaml")
	must(t, os.WriteFile(file, []byte(strings.ReplaceAll(everyFile, "FOLDER", folder)), 0o600))
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	loaded, err := a.loadConfig(file)
	if err != nil {
		return []string{err.Error()}, err // both refuse the file itself
	}
	told = a.unserved(loaded)
	s, began := a.assemble(t.Context(), serveOptions{config: file, roles: allRoles()}, loaded, slog.New(slog.DiscardHandler))
	must(t, s.close())
	return told, began
}
