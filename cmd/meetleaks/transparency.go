package main

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"

	"meetleaks/cmd/meetleaks/internal/config"
)

// transparencyPath is the page for everybody whose posts or meetings are looked at: it needs no signing in.
const transparencyPath = "/transparency"

const transparencyHTML = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>What meetleaks does here</title><style>{{.Style}}</style></head>
<body><main><h1>What meetleaks does here</h1>
<p>It looks for links to this organisation's own meetings in public places, and tells those who can lock or move the meeting. It opens no meeting link.</p>
<ul>{{range .Lines}}<li>{{.}}</li>{{end}}</ul>
<h2>What is kept, and how long</h2>
<ul><li>where a link was seen: {{.Kept.Sighting}} after it is gone</li><li>the leak, its number masked or encrypted: {{.Kept.Leak}} after it is over</li>
<li>what people answered: {{.Kept.Answer}}</li><li>who did what: {{.Kept.Audit}}</li></ul>
<p>Never kept: passcodes, the names of those who post, what meetings of others are called.</p></main></body></html>
`

// beside serves the transparency page beside what a handler serves.
func beside(h http.Handler, c config.Config) (http.Handler, error) {
	page, err := template.New("transparency").Parse(transparencyHTML)
	if err != nil {
		return nil, fmt.Errorf("the transparency page: %w", err)
	}
	lines := privacyNotice(c.Privacy)
	if len(lines) > 0 {
		lines[0] = "Purpose: " + c.Privacy.Purpose
		if c.Privacy.Purpose == "" {
			lines[0] = "Purpose: " + usualPurpose
		}
	}
	var out bytes.Buffer
	if err := page.Execute(&out, map[string]any{"Style": template.CSS(answerStyle), "Lines": lines, "Kept": c.Retention}); err != nil {
		return nil, fmt.Errorf("the transparency page: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", h)
	mux.HandleFunc("GET "+transparencyPath, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range map[string]string{
			"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'; style-src '" + styleHash() + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-cache",
		} {
			w.Header().Set(name, value)
		}
		_, _ = w.Write(out.Bytes()) // who has gone need not be told
	})
	return mux, nil
}
