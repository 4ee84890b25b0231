package distributed

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"unicode"
)

// logger hands what asynq has to say to slog, in a message of bounded length without control characters. asynq logs ids of tasks
// (names of sources), keys, and errors of go-redis, which hold addresses but no passwords.
type logger struct{ log *slog.Logger }

const longestLine = 500 // bytes

func (l logger) Debug(args ...any) { l.at(slog.LevelDebug, args) }

// Info is for the debug level: at each start and stop asynq says a dozen things.
func (l logger) Info(args ...any) { l.at(slog.LevelDebug, args) }

func (l logger) Warn(args ...any)  { l.at(slog.LevelWarn, args) }
func (l logger) Error(args ...any) { l.at(slog.LevelError, args) }

// Fatal does not end the process: that is for main alone.
func (l logger) Fatal(args ...any) { l.at(slog.LevelError, args) }

func (l logger) at(level slog.Level, args []any) {
	ctx := context.Background()
	if !l.log.Enabled(ctx, level) {
		return
	}
	said := fmt.Sprint(args...)
	said = strings.ToValidUTF8(said[:min(len(said), longestLine)], "")
	said = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, said)
	l.log.LogAttrs(ctx, level, "asynq", slog.String("said", said))
}
