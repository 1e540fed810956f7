package store

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Change is one record before and after a commit, as the table's stream tells it: at least once, in order for each
// record, some time after the commit and only if it landed.
type Change struct {
	Old Record // Version 0: the record is new
	New Record // Version 0: the record is gone
}

// Key of the record that changed.
func (c Change) Key() Key {
	if c.New.Version == 0 {
		return c.Old.Key
	}
	return c.New.Key
}

// Listener hears about changes. An error asks for the change again, and for all that follow it.
type Listener interface {
	Changed(ctx context.Context, c Change) error
}

// Hear tells a listener changes in their order and gives how many it took: what follows must come again. A panic is the
// failure of its one change.
func Hear(ctx context.Context, l Listener, changes []Change, log *slog.Logger) (done int) {
	for i, c := range changes {
		if err := hear(ctx, l, c); err != nil {
			log.ErrorContext(ctx, "change not taken", "key", c.Key().String(), "error", err)
			return i
		}
	}
	return len(changes)
}

func hear(ctx context.Context, l Listener, c Change) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("store: panic: %v\n%s", r, debug.Stack())
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.Changed(ctx, c)
}
