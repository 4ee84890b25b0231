package extract

import (
	"bytes"
	"path"
	"strings"
)

// MediaType names the type of a text by its first bytes, and by its name where the bytes do not tell. It is for reports
// only: nothing is read differently for it. It never looks at the system's tables, so that it is the same everywhere.
func MediaType(head []byte, name string) string {
	if encodingOf(head).width == 0 && bytes.IndexByte(head[:min(len(head), sniffSize)], 0) >= 0 {
		return "application/octet-stream"
	}
	if media := mediaByContent(head); media != "" {
		return media
	}
	if media := mediaByName(name); media != "" {
		return media
	}
	return "text/plain"
}

// mediaByContent knows what cannot be mistaken.
func mediaByContent(head []byte) string {
	start := bytes.TrimLeft(head[:min(len(head), 512)], "\xef\xbb\xbf \t\r\n")
	switch {
	case hasPrefixFold(start, "<!doctype html"), hasPrefixFold(start, "<html"):
		return "text/html"
	case hasPrefixFold(start, "BEGIN:VCALENDAR"):
		return "text/calendar"
	case hasPrefixFold(start, "BEGIN:VCARD"):
		return "text/vcard"
	case hasPrefixFold(start, "WARC/1."):
		return "application/warc"
	case hasPrefixFold(start, "<svg"):
		return "image/svg+xml"
	case hasPrefixFold(start, "{\\rtf"):
		return "application/rtf"
	case looksLikeMail(start):
		return "message/rfc822"
	}
	return ""
}

// looksLikeMail looks for the fields with which mail that has travelled begins.
func looksLikeMail(start []byte) bool {
	for _, field := range [...]string{"Return-Path:", "Received:", "Delivered-To:", "X-Original-To:", "MIME-Version:", "Message-ID:", "DKIM-Signature:"} {
		if hasPrefixFold(start, field) {
			return true
		}
	}
	return false
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

func mediaByName(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdx":
		return "text/markdown"
	case ".html", ".htm", ".xhtml":
		return "text/html"
	case ".ics", ".ical", ".ifb":
		return "text/calendar"
	case ".json", ".jsonl", ".ndjson", ".geojson", ".ipynb":
		return "application/json"
	case ".yaml", ".yml":
		return "application/yaml"
	case ".xml", ".rels", ".rss", ".atom", ".plist":
		return "application/xml"
	case ".csv":
		return "text/csv"
	case ".tsv":
		return "text/tab-separated-values"
	case ".eml":
		return "message/rfc822"
	case ".mbox":
		return "application/mbox"
	case ".js", ".mjs", ".cjs":
		return "text/javascript"
	case ".css":
		return "text/css"
	case ".rtf":
		return "application/rtf"
	case ".svg":
		return "image/svg+xml"
	case ".sql":
		return "application/sql"
	case ".toml":
		return "application/toml"
	case ".vtt":
		return "text/vtt"
	case ".srt":
		return "application/x-subrip"
	case ".vcf":
		return "text/vcard"
	}
	return ""
}
