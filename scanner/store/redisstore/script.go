package redisstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
)

//go:embed lua/*.lua
var luaFiles embed.FS

// scripts are the scripts of lua/, by name.
type scripts map[string]*redis.Script

// loadScripts puts lib.lua into each file, behind its first line, which holds the script's flags.
func loadScripts() (scripts, error) {
	lib, err := luaFiles.ReadFile("lua/lib.lua")
	if err != nil {
		return nil, err
	}
	files, err := luaFiles.ReadDir("lua")
	if err != nil {
		return nil, err
	}
	out := make(scripts, len(files))
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".lua")
		if name == "lib" {
			continue
		}
		text, err := luaFiles.ReadFile("lua/" + file.Name())
		if err != nil {
			return nil, err
		}
		first, rest, _ := strings.Cut(string(text), "\n")
		out[name] = redis.NewScript(first + "\n" + string(lib) + rest)
	}
	return out, nil
}

// call is one run of a script in a partition. Its first argument, the time, is put before args.
type call struct {
	partition int
	args      []any
}

// run runs a script in one partition.
func (s *Store) run(ctx context.Context, script string, c call) (any, error) {
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	return s.scripts[script].Run(ctx, s.client, []string{s.layout.epoch(c.partition)}, s.withTime(c.args)...).Result()
}

// runAll runs a script in several partitions, in one step of the network where it can. Answers and errors are in the
// order of calls.
func (s *Store) runAll(ctx context.Context, script string, calls []call) ([]any, []error) {
	answers, failed := make([]any, len(calls)), make([]error, len(calls))
	if len(calls) == 0 {
		return answers, failed
	}
	if err := s.open(ctx); err != nil {
		for i := range failed {
			failed[i] = err
		}
		return answers, failed
	}
	pipe := s.client.Pipeline()
	sent := make([]*redis.Cmd, len(calls))
	for i, c := range calls {
		sent[i] = s.scripts[script].EvalSha(ctx, pipe, []string{s.layout.epoch(c.partition)}, s.withTime(c.args)...)
	}
	_, whole := pipe.Exec(ctx)
	for i, cmd := range sent {
		if answers[i], failed[i] = cmd.Result(); failed[i] == nil && answers[i] == nil {
			failed[i] = cmp.Or(whole, errBroken) // where there is no connection, commands do not know that they were not sent
		}
		if redis.HasErrorPrefix(failed[i], "NOSCRIPT") { // not known there yet; nothing was done
			answers[i], failed[i] = s.run(ctx, script, calls[i])
		}
	}
	return answers, failed
}

// withTime puts the time in front: "" for the server's own.
func (s *Store) withTime(args []any) []any {
	given := any("")
	if s.now != nil {
		given = ms(s.now())
	}
	return append([]any{given}, args...)
}

// open says whether there is any sense in asking.
func (s *Store) open(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if s.shut.Load() {
		return errShut
	}
	return nil
}

var errShut = errors.New("the store is closed")

// errBroken says that what Redis answered cannot be understood. It is no outage, and nothing to be passed over.
var errBroken = errors.New("a stored record cannot be read")

// failure says what an error means to callers. Ours stay what they are; the context's is told as such; all others are of a
// server that did not answer, or could not write. No text of a record is in them.
func failure(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	for _, ours := range []error{
		scanner.ErrNotFound, scanner.ErrConflict, scanner.ErrHeld, scanner.ErrLost, scanner.ErrNoOrganisation,
		scanner.ErrBadValue, scanner.ErrFull, errBroken,
	} {
		if errors.Is(err, ours) {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	return fmt.Errorf("%s: %w: %w", what, scanner.ErrUnavailable, err)
}

// nonce names one call, so that a script that is sent again after a lost answer can tell.
func nonce() string {
	var raw [12]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}

// list is an answer that is a list.
func list(answer any) ([]any, error) {
	items, ok := answer.([]any)
	if !ok {
		return nil, fmt.Errorf("an answer of type %T, not a list: %w", answer, errBroken)
	}
	return items, nil
}

// texts is an answer that is a list of texts and numbers.
func texts(answer any) ([]string, error) {
	items, err := list(answer)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(items))
	for i, item := range items {
		if out[i], err = text(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func text(answer any) (string, error) {
	switch v := answer.(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", fmt.Errorf("an answer of type %T, not a text: %w", answer, errBroken)
}

func integer(answer any) (int64, error) {
	s, err := text(answer)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("an answer that is no number: %w", errBroken)
	}
	return n, nil
}

// integers is an answer that is a list of numbers, at least n of them.
func integers(answer any, n int) ([]int64, error) {
	items, err := list(answer)
	if err != nil {
		return nil, err
	}
	if len(items) < n {
		return nil, fmt.Errorf("an answer of %d numbers, not %d: %w", len(items), n, errBroken)
	}
	out := make([]int64, len(items))
	for i, item := range items {
		if out[i], err = integer(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}
