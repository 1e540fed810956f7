package memqueue

import (
	"context"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
)

// Sender is a job.Sender that puts each kind of job on its queue.
type Sender struct {
	Queues map[job.Kind]*Queue
	Now    func() time.Time
}

// Send implements job.Sender. Error: ErrInvalid if the kind has no queue or the delay is too long.
func (s Sender) Send(ctx context.Context, j job.Job, delay time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q, ok := s.Queues[j.Kind]
	if !ok {
		return fmt.Errorf("%w: no queue for %q", ErrInvalid, j.Kind)
	}
	return q.Send(s.Now(), job.Encode(j), delay)
}
