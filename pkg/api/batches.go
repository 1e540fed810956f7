package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/batch"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

const (
	// maxUpload is what Lambda takes of a request, in bytes.
	maxUpload = 6 << 20
	// maxRatio bounds what a compressed upload may become, and maxContent what any may, in bytes.
	maxRatio   = 100
	maxContent = 48 << 20
	// maxDryRows is how many rows are tried within one request's time; another request tries the next ones.
	maxDryRows = 1000
	// maxAhead is how long before its start a batch may be sent.
	maxAhead = 366 * 24 * time.Hour
)

var (
	errBatchTooLarge  = errors.New("batch too large")
	errBatchCancelled = errors.New("the batch was cancelled before this row was begun")
	errRowFailed      = errors.New("the row failed on our side again and again")
)

// upload is a request for a batch, read.
type upload struct {
	kind    disbursement.Kind
	content []byte
	raw     []byte // as sent
	format  batch.Format
	rows    int
	start   time.Time
	dry     bool
	from    int // first row that a dry run tries, from 1
}

func (s *Server) createBatch(r *http.Request, c request.Caller) (any, error) {
	u, err := s.upload(r)
	if err != nil {
		return nil, err
	}
	if u.dry {
		return s.dryRun(r.Context(), c, u)
	}
	name, err := keyOf(r)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(u.content)
	b := batch.Batch{Kind: u.kind, Format: u.format, Rows: u.rows, Digest: hex.EncodeToString(sum[:]), StartAt: calendar.Millis(u.start)}
	b.ID = batch.ID(c.Merchant.ID, b.Kind, b.Digest)
	b.Input = batch.InputName(c.Merchant.ID, b.ID)
	if err := s.Files.Put(r.Context(), b.Input, u.content); err != nil { // first: a record never names a file that is not there
		return nil, err
	}
	return s.Requester.Batch(r.Context(), request.Batch{Caller: c, Batch: b,
		Key:    request.NewKey(c.Merchant.ID, name, r.Method, r.URL.RequestURI(), u.raw),
		Answer: func(b batch.Batch) request.Answer { return created(renderBatch(b)) }})
}

// upload reads a request and every row of it once. Errors: errBatchTooLarge, batch.ErrUnreadable.
func (s *Server) upload(r *http.Request) (u upload, err error) {
	query := r.URL.Query()
	u.kind, u.dry = disbursement.Refund, query.Get("dry_run") == "true"
	var f faults
	switch kind := query.Get("kind"); kind {
	case "", "refund":
	case "payout":
		u.kind = disbursement.Payout
	default:
		f.check(false, "field_invalid", "/kind", "must be refund or payout")
	}
	f.check(u.dry || query.Get("dry_run") == "" || query.Get("dry_run") == "false", "field_invalid", "/dry_run", "must be true or false")
	if u.from = 1; query.Has("from_row") {
		u.from, err = strconv.Atoi(query.Get("from_row"))
		f.check(u.dry && err == nil && u.from >= 1 && u.from <= batch.MaxRows, "field_invalid", "/from_row",
			fmt.Sprintf("must be a number of a row, of 1 to %d, and is of a dry run", batch.MaxRows))
	}
	if text := query.Get("start_at"); text != "" {
		u.start, err = time.Parse(time.RFC3339, text)
		f.check(err == nil && u.start.Before(s.Now().Add(maxAhead)), "field_invalid", "/start_at", "must be an instant such as 2026-11-23T09:00:00-05:00, within a year")
	}
	if err := f.err(); err != nil {
		return u, err
	}
	if u.raw, err = io.ReadAll(io.LimitReader(r.Body, maxUpload+1)); err != nil {
		return u, fmt.Errorf("%w: %v", errMalformed, err)
	}
	if len(u.raw) > maxUpload {
		return u, fmt.Errorf("%w: more than %d bytes", errBatchTooLarge, maxUpload)
	}
	if u.content, err = unpacked(u.raw, r.Header.Get("Content-Encoding")); err != nil {
		return u, err
	}
	u.format = batch.FormatOf(u.content)
	reader, err := batch.Open(u.format, u.content, s.Columns(u.kind))
	if err != nil {
		return u, err
	}
	u.rows, err = batch.Count(reader)
	return u, err
}

// unpacked undoes the encoding of a request. What grows beyond all reason is not read to its end.
func unpacked(raw []byte, encoding string) ([]byte, error) {
	switch encoding {
	case "", "identity":
		return raw, nil
	case "gzip":
	default:
		return nil, fmt.Errorf("%w: Content-Encoding must be gzip or none", batch.ErrUnreadable)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: not gzip", batch.ErrUnreadable)
	}
	most := min(len(raw)*maxRatio, maxContent)
	content, err := io.ReadAll(io.LimitReader(z, int64(most)+1))
	switch {
	case len(content) > most:
		return nil, fmt.Errorf("%w: unpacked it is more than %d bytes or %d times its size", errBatchTooLarge, maxContent, maxRatio)
	case err != nil:
		return nil, fmt.Errorf("%w: gzip breaks off", batch.ErrUnreadable)
	}
	return content, nil
}

type dryAnswer struct {
	DryRun   bool                   `json:"dry_run"`
	Kind     disbursement.Kind      `json:"kind"`
	Rows     int                    `json:"rows"`
	FromRow  int                    `json:"from_row"`
	NextRow  *int                   `json:"next_row"` // where the next dry run goes on; null after the last row
	Accepted int                    `json:"accepted"`
	Refused  int                    `json:"refused"`
	Totals   map[string]batch.Total `json:"totals"`
	Data     []batch.Verdict        `json:"data"`
}

// dryRun does the next rows on a trial of the store: these rows see each other's effects, and nobody else does.
func (s *Server) dryRun(ctx context.Context, c request.Caller, u upload) (any, error) {
	trial, requester := *s, *s.Requester
	requester.Store = store.NewTrial(s.Store)
	requester.Observer.Store = requester.Store
	requester.Sender = nowhere{}
	trial.Store, trial.Requester = requester.Store, &requester
	reader, err := batch.Open(u.format, u.content, s.Columns(u.kind))
	if err != nil {
		return nil, err
	}
	out := dryAnswer{DryRun: true, Kind: u.kind, Rows: u.rows, FromRow: u.from, Data: []batch.Verdict{}, Totals: map[string]batch.Total{}}
	for n := 1; n <= min(u.rows, u.from+maxDryRows-1); n++ {
		row, err := reader.Next()
		if err != nil {
			return nil, err
		}
		if n < u.from {
			continue
		}
		v, err := trial.row(ctx, c, u.kind, "trial", row)
		if err != nil {
			return nil, fmt.Errorf("%w: %v", request.ErrBusy, err)
		}
		v.ID = "" // there is none
		out.Data = append(out.Data, v)
	}
	if next := u.from + maxDryRows; next <= u.rows {
		out.NextRow = &next
	}
	var sums batch.Batch
	sums.Count(out.Data)
	out.Accepted, out.Refused, out.Totals = sums.Accepted, sums.Refused, sums.Totals
	return out, nil
}

// nowhere is where a trial's jobs go.
type nowhere struct{}

func (nowhere) Send(context.Context, job.Job, time.Duration) error { return nil }

type batchAnswer struct {
	ID              string                 `json:"id"`
	Status          batch.Status           `json:"status"`
	Kind            disbursement.Kind      `json:"kind"`
	Format          batch.Format           `json:"format"`
	SHA256          string                 `json:"sha256"` // of the content
	Rows            int                    `json:"rows"`
	Done            int                    `json:"done"`
	Accepted        int                    `json:"accepted"`
	Refused         int                    `json:"refused"`
	Totals          map[string]batch.Total `json:"totals"`
	RequestedBy     string                 `json:"requested_by"`
	CancelRequested bool                   `json:"cancel_requested"`
	StartAt         *string                `json:"start_at"`
	CreatedAt       string                 `json:"created_at"`
	FinishedAt      *string                `json:"finished_at"`
}

func renderBatch(b batch.Batch) batchAnswer {
	a := batchAnswer{ID: b.ID, Status: b.Status, Kind: b.Kind, Format: b.Format, SHA256: b.Digest, Rows: b.Rows, Done: b.Done,
		Accepted: b.Accepted, Refused: b.Refused, Totals: b.Totals, RequestedBy: b.By, CancelRequested: b.Stopping != "",
		StartAt: optional(stamp(calendar.Instant(b.StartAt))), CreatedAt: stamp(calendar.Instant(b.Created)),
		FinishedAt: optional(stamp(calendar.Instant(b.Finished)))}
	if a.Totals == nil {
		a.Totals = map[string]batch.Total{}
	}
	return a
}
