// Package batch is many refunds or payouts in one file: what was sent, how far it is, and what became of each row.
package batch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// MaxRows is how many rows a batch may have.
const MaxRows = 100_000

// ChunkRows is how many rows are done between two commits of progress, and share a file of results, unless the batch says another number.
const ChunkRows = 250

// Status of a batch. Stored strings: append only.
type Status string

const (
	Scheduled Status = "scheduled" // waits for its start
	Queued    Status = "queued"    // no row has been begun
	Running   Status = "running"
	Done      Status = "done"      // every row has its verdict
	Cancelled Status = "cancelled" // the rows after Done were never begun
)

// Batch is one file of rows. Its id is a function of its content: the same file sent again is the same batch.
type Batch struct {
	Tenant   string            `json:"-"`
	ID       string            `json:"i"`
	Kind     disbursement.Kind `json:"k"`
	Format   Format            `json:"f"`
	Digest   string            `json:"d"` // SHA-256 of the content, hex
	Input    string            `json:"in"`
	Rows     int               `json:"r"`
	Status   Status            `json:"s"`
	Done     int               `json:"n,omitempty"` // the first so many rows have their verdict
	Accepted int               `json:"a,omitempty"`
	Refused  int               `json:"x,omitempty"`
	Totals   map[string]Total  `json:"t,omitempty"` // by currency
	Key      string            `json:"h"`           // hash of the API key it came with
	By       string            `json:"b"`           // whose key that is
	Stopping string            `json:"sb,omitempty"`
	Failures int               `json:"fl,omitempty"` // of the chunk at hand, one after another
	Chunk    int               `json:"ck,omitempty"` // rows that share a file of results, as it was begun; 0 = ChunkRows
	StartAt  int64             `json:"sa,omitempty"`
	Created  int64             `json:"c"`
	Finished int64             `json:"e,omitempty"`
	Due      int64             `json:"du,omitempty"`
	Version  int64             `json:"-"`
}

// Total counts rows and sums their amounts, in minor units.
type Total struct {
	Accepted       int   `json:"accepted"`
	AcceptedAmount int64 `json:"accepted_amount"`
	Refused        int   `json:"refused"`
	RefusedAmount  int64 `json:"refused_amount"`
}

// Over says that nothing more will happen to the batch.
func (b Batch) Over() bool { return b.Status == Done || b.Status == Cancelled }

// Count adds verdicts to the sums. Refused rows may name any amount, so their sum stops at the largest there is.
func (b *Batch) Count(verdicts []Verdict) {
	totals := map[string]Total{}
	for currency, t := range b.Totals {
		totals[currency] = t
	}
	for _, v := range verdicts {
		t := totals[v.Currency]
		if v.Verdict == Accepted {
			b.Accepted++
			t.Accepted, t.AcceptedAmount = t.Accepted+1, sum(t.AcceptedAmount, v.Amount)
		} else {
			b.Refused++
			t.Refused, t.RefusedAmount = t.Refused+1, sum(t.RefusedAmount, v.Amount)
		}
		if v.Currency != "" {
			totals[v.Currency] = t
		}
	}
	b.Done += len(verdicts)
	b.Totals = totals
}

func sum(a, b int64) int64 {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + max(b, 0)
}

// SK of every batch record.
const SK = "batch"

// ID of the batch with a content.
func ID(tenant string, kind disbursement.Kind, digest string) string {
	return identity.Derive("bat_", "batch", tenant, string(kind), digest)
}

// Key of a batch.
func Key(tenant, id string) store.Key { return store.Key{PK: tenant + "#" + id, SK: SK} }

// ListPartition is a month of a merchant's batches.
func ListPartition(tenant string, month time.Time) string {
	return tenant + "#batches#" + month.UTC().Format("2006-01")
}

// InputName is the file that keeps the content.
func InputName(tenant, id string) string { return "batch/" + tenant + "/" + id + "/input" }

// Together is how many rows share a file of results.
func (b Batch) Together() int { return cmp.Or(b.Chunk, ChunkRows) }

// ResultsName is the file with the verdicts of the chunk whose first row has the index, from 0.
func (b Batch) ResultsName(first int) string {
	return fmt.Sprintf("batch/%s/%s/results-%06d.json", b.Tenant, b.ID, first)
}

// Encode makes the record to put. While the batch is due it is on the work index.
func Encode(b Batch) store.Record {
	body, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings and integers always encode
	}
	key := Key(b.Tenant, b.ID)
	created := calendar.Instant(b.Created)
	record := store.Record{Key: key, Version: b.Version, Body: body, Index: store.Places{
		List: store.Key{PK: ListPartition(b.Tenant, created), SK: created.UTC().Format("2006-01-02T15:04:05.000Z") + "|" + b.ID},
	}}
	if b.Due != 0 {
		record.Index.Work = job.DueKey(calendar.Instant(b.Due), job.Rows, key)
	}
	return record
}

// Decode reads a batch.
func Decode(record store.Record) (Batch, error) {
	var b Batch
	if err := store.Unmarshal(record.Body, &b); err != nil {
		return b, fmt.Errorf("batch: record %s: %w", record.Key, err)
	}
	b.Tenant, b.Version = record.Key.PK[:max(0, len(record.Key.PK)-len(b.ID)-1)], record.Version
	return b, nil
}
