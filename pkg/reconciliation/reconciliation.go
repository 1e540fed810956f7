// Package reconciliation is one settlement day of one account: which files came, and how they compare with the books.
package reconciliation

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// Status of a day. Stored strings: append only.
type Status string

const (
	Running  Status = "running"
	Balanced Status = "balanced" // every row and entry accounted for, no break
	Broken   Status = "broken"
	Held     Status = "held" // a file came for a day of a month that is closed; it counts once somebody reopens
)

// Reconciliation is one day of one account. A corrected file makes a new run of the same day; files are only ever added.
type Reconciliation struct {
	Tenant   string         `json:"-"`
	ID       string         `json:"id"`
	Provider string         `json:"provider"`
	Network  string         `json:"network"`
	Account  string         `json:"account"`
	Date     calendar.Date  `json:"date"` // the settlement day
	Status   Status         `json:"status"`
	Files    []File         `json:"files"`
	Run      int            `json:"run"`             // counts the runs, from 1
	Asked    int            `json:"asked,omitempty"` // counts how often it was to be compared again by other fees or rates
	Outcome  Outcome        `json:"outcome"`
	Breaks   map[string]int `json:"breaks,omitempty"` // by class
	Result   string         `json:"result,omitempty"` // name of the stored breaks of the last run
	Report   string         `json:"report,omitempty"` // name of the stored CSV of the last run, in English
	Problem  string         `json:"problem,omitempty"`
	// Sheet is where the breaks of the last run are; before it there was Result.
	Sheet   discrepancy.Sheet `json:"sheet,omitzero"`
	Reports map[string]string `json:"reports,omitempty"` // names of stored reports, by language and form: "es.xlsx"
	Open    int               `json:"open,omitempty"`    // breaks that are neither explained nor resolved, as far as the last writer knew
	Pointed bool              `json:"pointed,omitempty"` // the record that leads from a break's id here is written
	Late    []File            `json:"late,omitempty"`    // came while the day was closed: kept, and counted once it is reopened
	Seals   []Seal            `json:"seals,omitempty"`   // each closing of the day, and how it ended
	Created int64             `json:"created"`
	Ended   int64             `json:"ended,omitempty"` // when the last run ended
	Due     int64             `json:"due,omitempty"`
	Version int64             `json:"-"`
}

// Seal is one closing of a day.
type Seal struct {
	At         int64  `json:"at"`
	By         string `json:"by"`
	Digest     string `json:"digest"`            // SHA-256 over files, totals, breaks and decisions as they were
	Silence    string `json:"silence,omitempty"` // of a month: why days without a file are all right
	Bank       string `json:"bank,omitempty"`    // of a month: why differences at the bank that nobody decided about are all right
	ReopenedAt int64  `json:"reopened_at,omitempty"`
	ReopenedBy string `json:"reopened_by,omitempty"`
	Reason     string `json:"reason,omitempty"` // of reopening
}

// Closed says whether the day is closed.
func (r Reconciliation) Closed() bool {
	return len(r.Seals) > 0 && r.Seals[len(r.Seals)-1].ReopenedAt == 0
}

// File is one settlement file of the day, as it came.
type File struct {
	Name   string `json:"name"`
	Digest string `json:"digest"` // SHA-256, hex
	Path   string `json:"path"`   // in the file store
	Size   int64  `json:"size,omitempty"`
	// Brought says that a person brought it, by upload or through the inbox; the others were pulled.
	Brought bool `json:"brought,omitempty"`
	// Dropped is where it lay in the inbox and when it was put there; empty of the others.
	Dropped string `json:"dropped,omitempty"`
}

// Outcome is what a run counted.
type Outcome struct {
	Rows       int              `json:"rows"`
	Entries    int              `json:"entries"`
	Matched    int              `json:"matched"`
	Pending    int              `json:"pending"`
	Unreadable int              `json:"unreadable"`
	Totals     map[string]Total `json:"totals,omitempty"` // by currency
	FX         map[string]int64 `json:"fx,omitempty"`     // won or lost by exchange, by currency, in minor units
	// Shown is each currency's net in others, one after the other, as the rates were that the run knew; absent of runs before there was this.
	Shown map[string][]Shown `json:"shown,omitempty"`
}

// Total is in minor units, signed as the merchant sees it.
type Total struct {
	Gross      int64 `json:"gross"`
	Fee        int64 `json:"fee"`
	Tax        int64 `json:"tax"`
	Net        int64 `json:"net"`
	Expected   int64 `json:"expected"`
	Difference int64 `json:"difference"`
}

// SK of every reconciliation record.
const SK = "reconciliation"

// ID of an account's day.
func ID(tenant, account string, day calendar.Date) string {
	return identity.Derive("rec_", "reconciliation", tenant, account, day.String())
}

// Key of a reconciliation.
func Key(tenant, id string) store.Key { return store.Key{PK: tenant + "#" + id, SK: SK} }

// ListPartition is a month of a merchant's settlement days.
func ListPartition(tenant string, month time.Time) string {
	return tenant + "#reconciliations#" + month.UTC().Format("2006-01")
}

// Encode makes the record to put. While the run is due it is on the work index.
func Encode(r Reconciliation) store.Record {
	body, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and integers always encode
	}
	key := Key(r.Tenant, r.ID)
	record := store.Record{Key: key, Version: r.Version, Body: body, Index: store.Places{
		List: store.Key{PK: ListPartition(r.Tenant, r.Date.Start(time.UTC)), SK: r.Date.String() + "|" + r.ID},
	}}
	if r.Due != 0 {
		record.Index.Work = job.DueKey(calendar.Instant(r.Due), job.Reconcile, key)
	}
	return record
}

// Decode reads a reconciliation.
func Decode(record store.Record) (Reconciliation, error) {
	var r Reconciliation
	if err := store.Unmarshal(record.Body, &r); err != nil {
		return r, fmt.Errorf("reconciliation: record %s: %w", record.Key, err)
	}
	r.Tenant, r.Version = tenantOf(record, r.ID), record.Version
	return r, nil
}

// Has says whether a file adds nothing: its bytes are what counts already, or came under another name. Bytes that came
// before and were replaced since are news: the provider has gone back to them, as after a download that was cut short.
func (r Reconciliation) Has(name, digest string) bool {
	for _, f := range r.Late {
		if f.Digest == digest {
			return true
		}
	}
	for _, f := range r.Files {
		if f.Digest == digest && f.Name != name {
			return true
		}
	}
	for _, f := range r.Current() {
		if f.Digest == digest {
			return true
		}
	}
	return false
}

// Took says whether a file of the inbox has been taken, these bytes of it: within a second others may have taken their place. That it lies there may be told again at any time, after somebody corrected it,
// too; whoever wants it back puts it there anew.
func (r Reconciliation) Took(dropped, digest string) bool {
	for i := range r.Files {
		if dropped != "" && r.Files[i].Dropped == dropped && r.Files[i].Digest == digest {
			return true
		}
	}
	return false
}

// Corrected says whether a person brought another file in the place of the one with these bytes.
func (r Reconciliation) Corrected(name, digest string) bool {
	stood, corrected := false, false
	for _, f := range r.Files {
		if f.Name == name {
			stood, corrected = stood || f.Digest == digest, f.Brought && f.Digest != digest
		}
	}
	return stood && corrected
}

// Current lists the files that count: of several under one name the last that came, which corrects those before it.
func (r Reconciliation) Current() []File {
	last := map[string]int{}
	for i, f := range r.Files {
		last[f.Name] = i
	}
	var files []File
	for i, f := range r.Files {
		if last[f.Name] == i {
			files = append(files, f)
		}
	}
	return files
}
