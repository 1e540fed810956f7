package request_test

import (
	"context"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestAnotherProviderGivesNothingBack of what the first one collected: the account was given to another since, and the refund is
// paid by hand.
func TestAnotherProviderGivesNothingBack(t *testing.T) {
	for _, of := range []string{"efecty", "kushki"} {
		r := open(t, merchant.Limits{})
		record, err := r.Get(context.Background(), payment.Key("demo", "pay_1"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := payment.Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		p.Provider = of
		if err := r.Store.Commit(context.Background(), store.Put{Record: payment.Encode(p)}); err != nil {
			t.Fatal(err)
		}
		d, err := r.refund(1, 50_000_00)
		if err != nil || (d.State == disbursement.Queued) != (of == "efecty") || (d.HeldReason == disbursement.HoldManual) != (of == "kushki") || d.Provider != of {
			t.Errorf("of %s: %s for %q at %s, %v", of, d.State, d.HeldReason, d.Provider, err)
		}
	}
}
