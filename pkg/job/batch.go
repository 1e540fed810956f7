package job

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Message is one message as a queue hands it over.
type Message struct {
	ID   string // the queue's own; repeated by a duplicate
	Body []byte
}

// Batch does every message's job, each on its own, and returns the ids of those that the queue must deliver again: the
// handler failed or panicked, the message is unreadable (it comes back until it is moved to the dead-letter queue), or
// ctx had ended before its turn. The log gets one line for each.
func Batch(ctx context.Context, h Handler, messages []Message, log *slog.Logger) (failed []string) {
	for _, m := range messages {
		if err := handle(ctx, h, m); err != nil {
			failed = append(failed, m.ID)
			log.ErrorContext(ctx, "job failed", "message_id", m.ID, "error", err)
		}
	}
	return failed
}

// handle turns a panic into the failure of its one record: the batch's other records are not to pay for it.
func handle(ctx context.Context, h Handler, m Message) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("job: panic: %v\n%s", r, debug.Stack())
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	j, err := Decode(m.Body)
	if err != nil {
		return err
	}
	if err := h.Handle(ctx, j); err != nil {
		return fmt.Errorf("%s %s: %w", j.Kind, j.Key, err)
	}
	return nil
}
