package reconcile_test

import (
	"context"
	"testing"

	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestADecisionSettlesItsReceipt: of a payment that was paid twice, of which this day's file shows the first receipt, the decision about the
// second settles the second.
func TestADecisionSettlesItsReceipt(t *testing.T) {
	r, ctx := open(t), context.Background()
	key := r.book(1)
	record, err := r.store.Get(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	p, err := payment.Decode(record)
	if err != nil {
		t.Fatal(err)
	}
	if p, _, err = payment.Next(p, payment.Observation{Claim: payment.ClaimPaid, Evidence: "again", At: friday(), OccurredAt: friday(), TransactionID: "T2", Minor: 10000}); err != nil {
		t.Fatal(err)
	}
	r.put(store.Put{Record: payment.Encode(p)})
	r.file("f.csv", header+line(1)+line(9))
	list, err := r.day.Sheet.Page(ctx, r.files, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range list {
		if b.Class != settlement.MissingInBooks {
			continue
		}
		r.put(store.Put{Record: discrepancy.Encode(discrepancy.Key("demo", "pe", r.day.ID, b), discrepancy.Decision{Tenant: "demo", ID: b.ID, Mark: b.Mark(),
			Status: discrepancy.Resolved, Method: discrepancy.ForceMatch, Parts: []discrepancy.Part{{Entry: p.ID, Minor: 10000, Transaction: "T2"}},
			History: []discrepancy.Step{{By: "ana", Reason: "r"}}})})
	}
	r.again()
	if record, err = r.store.Get(ctx, key); err != nil {
		t.Fatal(err)
	}
	if p, err = payment.Decode(record); err != nil || len(p.Receipts) != 2 || p.Receipts[0].SettledOn != monday() || p.Receipts[1].SettledOn != monday() {
		t.Errorf("%v: %+v", err, p.Receipts)
	}
}
