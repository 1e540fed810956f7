package event

import (
	"encoding/json"
	"fmt"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// Told says whether changes of records under this SK make events.
func Told(sk string) bool {
	return sk == payment.SK || sk == disbursement.SK || sk == reconciliation.SK
}

// Of is what a change of a record tells, oldest first. The same change gives the same events; changes that overlap, as when
// a stream says something twice, give the same for what they have in common. Error: a record that cannot be read.
func Of(c store.Change) ([]Event, error) {
	if c.New.Version == 0 {
		return nil, nil
	}
	switch c.New.Key.SK {
	case payment.SK:
		return ofPayments(c)
	case disbursement.SK:
		return ofDisbursements(c)
	case reconciliation.SK:
		return ofReconciliations(c)
	}
	return nil, nil
}

// StepsOfPayment is a payment's.
func StepsOfPayment(p payment.Payment) []audit.Step {
	steps := make([]audit.Step, 0, len(p.History))
	for _, s := range p.History {
		steps = append(steps, audit.Step{At: s.At, From: string(s.From), To: string(s.To), Evidence: s.Evidence, By: s.By, Role: s.Role, Note: s.Note})
	}
	return steps
}

func ofDisbursements(c store.Change) ([]Event, error) {
	d, err := disbursement.Decode(c.New)
	if err != nil {
		return nil, err
	}
	known := 0
	if c.Old.Version > 0 {
		if known, err = disbursement.Steps(c.Old); err != nil {
			return nil, err
		}
	}
	var events []Event
	chain := audit.Begin(d.Tenant, d.ID)
	for i, step := range d.Journal() {
		s := d.History[i]
		n, sum := chain.Add(step)
		if n <= known {
			continue
		}
		e := Event{Tenant: d.Tenant, ID: ID(d.Tenant, d.ID, s.At, n, ""), Type: ofStep(d.Kind, s), Subject: d.ID, At: s.At,
			Journal: Journal{n, sum.String()}}
		e.Data = dataOf(d, s, e.Journal)
		events = append(events, e)
	}
	return events, nil
}

func ofPayments(c store.Change) ([]Event, error) {
	p, err := payment.Decode(c.New)
	if err != nil {
		return nil, err
	}
	var old payment.Payment
	if c.Old.Version > 0 {
		if old, err = payment.Decode(c.Old); err != nil {
			return nil, err
		}
	}
	cash, settled := len(p.Receipts) > len(old.Receipts), settledReceipts(p) > settledReceipts(old)
	var events []Event
	chain := audit.Begin(p.Tenant, p.ID)
	for i, step := range StepsOfPayment(p) {
		s := p.History[i]
		n, sum := chain.Add(step)
		if n <= len(old.History) {
			continue
		}
		e := Event{Tenant: p.Tenant, ID: ID(p.Tenant, p.ID, s.At, n, ""), Type: ofPayment(s, cash, settled), Subject: p.ID, At: s.At,
			Journal: Journal{n, sum.String()}}
		e.Data = dataOfPayment(p, s, e.Journal)
		events = append(events, e)
		if situation := ofSituation(p.Situation()); e.Type == PaymentConfirmed && situation != "" {
			e.ID, e.Type = ID(p.Tenant, p.ID, s.At, n, string(situation)), situation
			events = append(events, e)
		}
	}
	return events, nil
}

func settledReceipts(p payment.Payment) (n int) {
	for _, r := range p.Receipts {
		if !r.SettledOn.IsZero() {
			n++
		}
	}
	return n
}

func ofReconciliations(c store.Change) ([]Event, error) {
	r, err := reconciliation.Decode(c.New)
	if err != nil {
		return nil, err
	}
	var old reconciliation.Reconciliation
	if c.Old.Version > 0 {
		if old, err = reconciliation.Decode(c.Old); err != nil {
			return nil, err
		}
	}
	if r.Run <= old.Run || r.Status == reconciliation.Running {
		return nil, nil
	}
	t := Balanced
	if r.Status == reconciliation.Broken {
		t = Broken
	}
	at := calendar.Instant(r.Ended)
	if r.Ended == 0 { // an older release ran it
		at = calendar.Instant(r.Created)
	}
	return []Event{{Tenant: r.Tenant, ID: ID(r.Tenant, r.ID, at, r.Run, ""), Type: t, Subject: r.ID, At: at, Data: dataOfDay(r)}}, nil
}

func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("event: %v", err)) // structs of strings and integers always encode
	}
	return b
}
