package notice

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// Report is the mail about a settlement day to those people of a merchant who want it: one for each day, and to each of them once.
type Report struct {
	Tenant   string
	Date     calendar.Date // the settlement day
	Language string        // en, es or zh
	To       []Receiver
	Due      time.Time // when to try (again); zero = over
	Version  int64
}

// Receiver is one address, with what became of its mail.
type Receiver struct {
	Address string  `json:"a"`
	Mail    Channel `json:"m"`
}

// ReportSK is the SK of every report.
const ReportSK = "report"

// ReportKey of a merchant's day.
func ReportKey(tenant string, date calendar.Date) store.Key {
	return store.Key{PK: tenant + "#rpt#" + date.String(), SK: ReportSK}
}

type reportBody struct {
	Tenant   string        `json:"n"`
	Date     calendar.Date `json:"y"`
	Language string        `json:"l"`
	To       []Receiver    `json:"r"`
	Due      int64         `json:"d,omitempty"`
}

// EncodeReport makes the record to put; it is on the work index until it is over.
func EncodeReport(p Report) store.Record {
	encoded, err := json.Marshal(reportBody{p.Tenant, p.Date, p.Language, p.To, calendar.Millis(p.Due)})
	if err != nil {
		panic(err) // strings and integers always encode
	}
	r := store.Record{Key: ReportKey(p.Tenant, p.Date), Version: p.Version, Body: encoded}
	if !p.Due.IsZero() {
		r.Index = store.Places{Work: job.DueKey(p.Due, job.Report, r.Key)}
	}
	return r
}

// DecodeReport reads a report.
func DecodeReport(r store.Record) (Report, error) {
	var b reportBody
	if err := store.Unmarshal(r.Body, &b); err != nil {
		return Report{}, fmt.Errorf("notice: record %s: %w", r.Key, err)
	}
	return Report{Tenant: b.Tenant, Date: b.Date, Language: b.Language, To: b.To, Due: calendar.Instant(b.Due), Version: r.Version}, nil
}

// ReportLease is how long the mails of one report may take: within it nobody else sends them.
const ReportLease = 20 * time.Minute

// Claim makes the next try ours.
func (p Report) Claim(now time.Time) Report {
	p.Due = now.Add(ReportLease)
	return p
}

// Next sets when to try again; never, if everybody has it or never will.
func (p Report) Next(now time.Time) Report {
	p.Due = time.Time{}
	for _, r := range p.To {
		if r.Mail.Outcome == Waiting {
			p.Due = now.Add(gaps[min(max(r.Mail.Tries-1, 0), len(gaps)-1)])
		}
	}
	return p
}
