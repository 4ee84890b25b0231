package main

import (
	"io"
	"log/slog"
	"slices"

	"meetleaks/scanner"
)

// The formats of the log.
const (
	logAuto = "auto" // text for a person at a terminal, JSON else
	logJSON = "json"
	logText = "text"
)

// newLog logs to w. Texts of attributes are made fit to be shown: meeting links and numbers are masked, control sequences taken out;
// secrets and keys are types that print one mark.
func newLog(w io.Writer, format, level string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, usage("use debug, info, warn or error", "--log-level: unknown level %q", level)
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: plainAttr}
	switch format {
	case logJSON:
	case logText:
		return slog.New(slog.NewTextHandler(w, options)), nil
	case logAuto:
		if isTerminal(w) {
			return slog.New(slog.NewTextHandler(w, options)), nil
		}
	default:
		return nil, usage("", "--log-format: unknown format %q: use auto, json or text", format)
	}
	return slog.New(slog.NewJSONHandler(w, options)), nil
}

// plainAttr is the second net under what is logged: whoever logs masks too.
func plainAttr(_ []string, attr slog.Attr) slog.Attr {
	switch attr.Key {
	case slog.TimeKey, slog.LevelKey:
		return attr
	}
	value := attr.Value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		attr.Value = slog.StringValue(plain(value.String()))
	case slog.KindAny:
		attr.Value = plainAny(value.Any())
	default:
		attr.Value = value
	}
	return attr
}

// plainAny prints errors and lists of texts, and nothing else of what it does not know.
func plainAny(value any) slog.Value {
	switch v := value.(type) {
	case error:
		return slog.StringValue(plain(v.Error()))
	case []string:
		list := slices.Clone(v)
		for i := range list {
			list[i] = plain(list[i])
		}
		return slog.AnyValue(list)
	case scanner.State, scanner.PassKind:
		return slog.AnyValue(v)
	}
	return slog.StringValue("•")
}
