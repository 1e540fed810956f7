// Package telemetry is how the bundle tells what it does: one JSON line per event, with a fixed list of fields.
package telemetry

import (
	"io"
	"log/slog"
	"slices"
)

// Fields lists every field a line may have beside timestamp, level and message. The list is closed: a field that is not
// here is not written, so that nothing personal gets into a log by a line that somebody adds in a hurry. Dashboards and
// saved queries name these fields; append only.
func Fields() []string {
	return []string{
		"function", "invocation", "request_id", // which function, which call of it, which request of a client
		"tenant", "account", "payment", "disbursement", "reconciliation", "batch", "row", "key", "message_id", // about what
		"event", "endpoint",
		"from", "to", "by", "held_reason", "attempt", // what moved
		"outcome", "code", "reason", "note", "error", "stack", // how it ended
		"path", "part", "name", "owner", "date", "breaks", "late", // where and how much
		"entries", "matched", "currency", "minor", // what a settlement day came to
		"age", // of the oldest that waits, in business days
	}
}

// NewLogger writes lines to w for one function.
func NewLogger(w io.Writer, level slog.Level, function string) *slog.Logger {
	return slog.New(Handler(w, level)).With("function", function)
}

// Handler writes lines with known fields only.
func Handler(w io.Writer, level slog.Level) slog.Handler {
	known := Fields()
	return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) > 0 {
			return slog.Attr{} // no line of ours has groups
		}
		switch a.Key {
		case slog.TimeKey:
			a.Key = "timestamp" // what Lambda's own lines call it
		case slog.MessageKey:
			a.Key = "message"
		case slog.LevelKey:
		default:
			if !slices.Contains(known, a.Key) {
				return slog.Attr{}
			}
		}
		return a
	}})
}
