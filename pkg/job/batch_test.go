package job_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

func message(id, sk string) job.Message {
	return job.Message{ID: id, Body: job.Encode(job.Job{Kind: job.Submit, Key: store.Key{PK: "t", SK: sk}})}
}

func TestBatchFailsRecordsOneByOne(t *testing.T) {
	var done []string
	handler := job.HandlerFunc(func(_ context.Context, j job.Job) error {
		switch j.Key.SK {
		case "fail":
			return errors.New("the network is away")
		case "panic":
			panic("a record nobody foresaw")
		}
		done = append(done, j.Key.SK)
		return nil
	})
	var log bytes.Buffer
	failed := job.Batch(context.Background(), handler, []job.Message{
		message("1", "a"), message("2", "fail"), message("3", "b"), message("4", "panic"),
		{ID: "5", Body: []byte("{")}, {ID: "6", Body: []byte(`{"kind":"dance"}`)}, message("7", "c"),
	}, slog.New(slog.NewTextHandler(&log, nil)))
	if want := []string{"2", "4", "5", "6"}; !slices.Equal(failed, want) {
		t.Errorf("failed %v, want %v", failed, want)
	}
	if want := []string{"a", "b", "c"}; !slices.Equal(done, want) {
		t.Errorf("done %v, want %v", done, want)
	}
	if lines := strings.Count(log.String(), "job failed"); lines != 4 {
		t.Errorf("%d lines logged, want 4:\n%s", lines, &log)
	}
}

func TestBatchStopsWhenItsTimeIsOver(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var done int
	handler := job.HandlerFunc(func(context.Context, job.Job) error {
		done++
		cancel()
		return nil
	})
	failed := job.Batch(ctx, handler, []job.Message{message("1", "a"), message("2", "b"), message("3", "c")}, slog.New(slog.DiscardHandler))
	if want := []string{"2", "3"}; !slices.Equal(failed, want) || done != 1 {
		t.Errorf("failed %v, done %d; want %v, 1", failed, done, want)
	}
}
