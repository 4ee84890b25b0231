package distributed

import (
	"fmt"
	"strconv"
	"time"

	"github.com/hibiken/asynq"

	"meetleaks/scanner"
)

// The shape of a task. Its payload is the source alone, as asynq takes tasks of equal payload for the same (Unique).
const (
	taskType   = "hint.v1"
	headerSlot = "slot" // milliseconds since 1970
	headerHold = "hold" // milliseconds
)

func encode(h scanner.Hint) *asynq.Task {
	return asynq.NewTaskWithHeaders(taskType, []byte(h.Source), map[string]string{
		headerSlot: strconv.FormatInt(h.Slot.UnixMilli(), 10),
		headerHold: strconv.FormatInt(h.Hold.Milliseconds(), 10),
	})
}

// taskID names source and slot.
func taskID(h scanner.Hint) string { return h.Source + "@" + strconv.FormatInt(h.Slot.UnixMilli(), 10) }

// decode reads a task that anyone with access to Redis may have written.
func decode(kind string, payload []byte, headers map[string]string) (scanner.Hint, error) {
	if kind != taskType {
		return scanner.Hint{}, fmt.Errorf("task: of another kind: %w", scanner.ErrBadValue)
	}
	slot, err := strconv.ParseInt(headers[headerSlot], 10, 64)
	if err != nil {
		return scanner.Hint{}, fmt.Errorf("task: no slot: %w", scanner.ErrBadValue)
	}
	hold, err := strconv.ParseInt(headers[headerHold], 10, 64)
	if err != nil || hold < 0 || hold > longest.Milliseconds() {
		return scanner.Hint{}, fmt.Errorf("task: no time to hold: %w", scanner.ErrBadValue)
	}
	h := scanner.Hint{Source: string(payload), Slot: time.UnixMilli(slot), Hold: time.Duration(hold) * time.Millisecond}
	if err := h.Check(); err != nil {
		return scanner.Hint{}, fmt.Errorf("task: %w", err)
	}
	return h, nil
}
