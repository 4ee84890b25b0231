package config

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// masterBytes is the size of a master key.
const masterBytes = 32

// maxMasterLines bounds the keys of one file.
const maxMasterLines = 16

// masterForms is what a master key's file may hold, for messages.
const masterForms = "want 32 random bytes: as they are, or as base64 or hexadecimal text, one key a line, the newest first. " +
	"`openssl rand -base64 32` makes one"

// Masters gives the deployment's master keys, the newest first: 1 to 16 of 32 bytes each; none when none is configured. The file
// holds 32 raw bytes, or a line of base64 or hexadecimal text for each key. To change the master key put a new line on top, let
// the service wrap the organisations' keys again, then take out the lines in the middle; the last line also gives the index key
// (see IndexKey) and goes only when keys.index is set. No error repeats any of it.
func (k Keys) Masters() ([][]byte, error) {
	content, err := k.masterContent()
	if err != nil {
		return nil, fmt.Errorf("keys.master: %w", err)
	}
	if content == nil {
		return nil, nil
	}
	if isRawMaster(content) {
		return [][]byte{content}, nil
	}
	lines := masterLines(content)
	if len(lines) == 0 || len(lines) > maxMasterLines {
		return nil, fmt.Errorf("keys.master: holds %d lines: want 1 to %d", len(lines), maxMasterLines)
	}
	var keys [][]byte
	for i, line := range lines {
		key, ok := masterOf(line)
		if !ok {
			return nil, fmt.Errorf("keys.master: line %d: %s", i+1, masterForms)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// masterContent is the whole of the file, or what was given in place; nil when there is none.
func (k Keys) masterContent() ([]byte, error) {
	if !k.Master.IsSet() {
		return nil, nil
	}
	file := k.Master.File()
	if file == "" {
		text, err := k.Master.Read()
		return []byte(text), err
	}
	content, err := ReadFile(file, maxSecretBytes)
	if err != nil {
		return nil, fmt.Errorf("read secret: %w", err)
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, fmt.Errorf("read secret: %s is empty", file)
	}
	return content, nil
}

// indexText is the text of which the index key is derived: raw bytes as they are; of several keys the last, which is the one that
// was there first, so that a new master key changes no finding's key; everything else as it is, trimmed.
func (k Keys) indexText() (string, error) {
	content, err := k.masterContent()
	if err != nil {
		return "", err
	}
	if isRawMaster(content) {
		return string(content), nil
	}
	lines := masterLines(content)
	if len(lines) == 0 {
		return "", nil
	}
	for _, line := range lines {
		if _, ok := masterOf(line); !ok {
			return strings.TrimSpace(string(content)), nil
		}
	}
	return lines[len(lines)-1], nil
}

// isRawMaster tells 32 raw bytes from 32 bytes of text: random ones are hardly ever all printable.
func isRawMaster(content []byte) bool {
	if len(content) != masterBytes {
		return false
	}
	return !utf8.Valid(content) || bytes.ContainsFunc(content, func(r rune) bool { return isControl(r) && r != '\n' && r != '\r' && r != '\t' })
}

func masterLines(content []byte) []string {
	var lines []string
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// masterOf reads one line, hexadecimal before base64.
func masterOf(line string) ([]byte, bool) {
	if key, err := hex.DecodeString(line); err == nil {
		return key, len(key) == masterBytes
	}
	text := strings.TrimRight(line, "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if key, err := encoding.DecodeString(text); err == nil {
			return key, len(key) == masterBytes
		}
	}
	return nil, false
}
