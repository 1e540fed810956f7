// Package run works off batches: each row goes the road that the request for it alone would go, under a key of its own, so
// that a crash, a repeat or a second worker changes nothing.
package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/vuelto/vuelto/pkg/batch"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// Rows does single rows. Every verdict it returns is final: it is kept under the row's key.
type Rows interface {
	// Columns are those a table of the kind may have.
	Columns(kind disbursement.Kind) batch.Columns
	// Do accepts or refuses a row. Any error asks to try again later.
	Do(ctx context.Context, b batch.Batch, row batch.Row) (batch.Verdict, error)
	// Stop refuses a row, unless it has its verdict already.
	Stop(ctx context.Context, b batch.Batch, row batch.Row, why Why) (batch.Verdict, error)
}

// Why a row is refused without being tried.
type Why int

const (
	Cancelled Why = iota // a person stopped the batch
	Failed               // of our side, again and again
)

// Runner does job.Rows.
type Runner struct {
	Store  store.Store
	Files  file.Store
	Rows   Rows
	Sender job.Sender
	Now    func() time.Time
	Log    *slog.Logger
	Chunk  int // rows that are done between two commits of progress; 0 = batch.ChunkRows
	Chunks int // how often one invocation does so many; 0 = chunksPerRun
}

const (
	// chunksPerRun bounds one invocation: 5,000 rows take about a minute and a half, a tenth of its time.
	chunksPerRun = 20
	// silence is after how long without progress the sweep sends the job again. A chunk takes seconds.
	silence = 5 * time.Minute
	// pause is how long a chunk that failed waits.
	pause = time.Minute
	// maxFailures is how often in a row one chunk may fail before its rows that fail are refused.
	maxFailures = 10
)

// Handle does the next rows of a batch that has begun, or whose time has come.
func (r *Runner) Handle(ctx context.Context, j job.Job) error {
	b, err := r.load(ctx, j.Key)
	if err != nil || b.Over() {
		return err
	}
	now := calendar.Millis(r.Now())
	switch {
	case b.Status != batch.Running && now < b.StartAt:
		return nil
	case b.Failures > 0 && now < b.Due:
		return nil // failed a moment ago
	case b.Status != batch.Running:
		b.Status, b.Due, b.Chunk = batch.Running, now+silence.Milliseconds(), r.Chunk
		if b, err = r.commit(ctx, b); err != nil {
			return ignoreConflict(err)
		}
	}
	reader, err := r.open(ctx, b)
	if err != nil {
		return err
	}
	for range cmp.Or(r.Chunks, chunksPerRun) {
		if b, err = r.chunk(ctx, b, reader); err != nil || b.Over() || b.Failures > 0 {
			return ignoreConflict(err)
		}
	}
	if err := r.Sender.Send(ctx, job.Job{Kind: job.Rows, Key: j.Key}, 0); err != nil {
		r.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", j.Key.String(), "error", err)
	}
	return nil
}

func (r *Runner) load(ctx context.Context, key store.Key) (batch.Batch, error) {
	record, err := r.Store.Get(ctx, key)
	if err != nil {
		return batch.Batch{}, err
	}
	return batch.Decode(record)
}

func (r *Runner) commit(ctx context.Context, b batch.Batch) (batch.Batch, error) {
	err := r.Store.Commit(ctx, store.Put{Record: batch.Encode(b)})
	b.Version++
	return b, err
}

// ignoreConflict: whoever was quicker goes on with the batch.
func ignoreConflict(err error) error {
	if store.IsConflict(err) {
		return nil
	}
	return err
}

// open reads the content up to where the batch stands.
func (r *Runner) open(ctx context.Context, b batch.Batch) (batch.Reader, error) {
	content, err := r.Files.Get(ctx, b.Input)
	if err != nil {
		return nil, err
	}
	reader, err := batch.Open(b.Format, content, r.Rows.Columns(b.Kind))
	if err != nil {
		return nil, err
	}
	_, err = take(reader, b.Done)
	return reader, err
}

func take(reader batch.Reader, n int) (rows []batch.Row, err error) {
	for len(rows) < n {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// chunk does the next rows, keeps their verdicts as a file, and then says in the record that they are done.
func (r *Runner) chunk(ctx context.Context, b batch.Batch, reader batch.Reader) (batch.Batch, error) {
	rows, err := take(reader, b.Together())
	if err != nil {
		return b, err
	}
	verdicts := make([]batch.Verdict, 0, len(rows))
	for _, row := range rows {
		v, err := r.row(ctx, b, row)
		if err != nil {
			return r.failed(ctx, b, row, err)
		}
		verdicts = append(verdicts, v)
	}
	if verdicts, err = r.keep(ctx, b.ResultsName(b.Done), verdicts); err != nil {
		return b, err
	}
	return r.progress(ctx, b, verdicts)
}

func (r *Runner) row(ctx context.Context, b batch.Batch, row batch.Row) (batch.Verdict, error) {
	if b.Stopping != "" {
		return r.Rows.Stop(ctx, b, row, Cancelled)
	}
	v, err := r.Rows.Do(ctx, b, row)
	if err != nil && b.Failures >= maxFailures {
		r.Log.ErrorContext(ctx, "row given up", "batch", b.ID, "row", row.Number, "error", err)
		return r.Rows.Stop(ctx, b, row, Failed)
	}
	return v, err
}

// failed puts the chunk off. Its rows that have their verdict keep it.
func (r *Runner) failed(ctx context.Context, b batch.Batch, row batch.Row, cause error) (batch.Batch, error) {
	r.Log.WarnContext(ctx, "batch pauses", "batch", b.ID, "row", row.Number, "attempt", b.Failures+1, "error", cause)
	b.Failures++
	b.Due = calendar.Millis(r.Now().Add(pause))
	return r.commit(ctx, b)
}

// keep writes the verdicts of a chunk; if another worker has written them, those count.
func (r *Runner) keep(ctx context.Context, name string, verdicts []batch.Verdict) ([]batch.Verdict, error) {
	err := r.Files.Put(ctx, name, batch.EncodeVerdicts(verdicts))
	if !errors.Is(err, file.ErrExists) {
		return verdicts, err
	}
	body, err := r.Files.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	return batch.DecodeVerdicts(body)
}

// progress says that a chunk is done. A person may have stopped the batch meanwhile: that is kept.
func (r *Runner) progress(ctx context.Context, b batch.Batch, verdicts []batch.Verdict) (batch.Batch, error) {
	first, stopped := b.Done, b.Stopping != ""
	for {
		now := calendar.Millis(r.Now())
		after := b
		after.Count(verdicts)
		after.Failures, after.Due = 0, now+silence.Milliseconds()
		switch {
		case after.Done >= after.Rows:
			after.Status, after.Due, after.Finished = batch.Done, 0, now
		case stopped:
			after.Status, after.Due, after.Finished = batch.Cancelled, 0, now
		}
		after, err := r.commit(ctx, after)
		if err == nil || !store.IsConflict(err) {
			return after, err
		}
		lost := err
		if b, err = r.load(ctx, batch.Key(b.Tenant, b.ID)); err != nil {
			return b, err
		}
		if b.Done != first || b.Over() {
			return b, fmt.Errorf("run: batch %s: another worker is ahead: %w", b.ID, lost)
		}
	}
}
