package reconcile_test

import (
	"context"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestARejectedRowMovesNoMoney: a row of what did not move agrees with books that never saw it move, and proves no cash, no
// pay-out and no return.
func TestARejectedRowMovesNoMoney(t *testing.T) {
	r, ctx := open(t), context.Background()
	unpaid := payment.Payment{Tenant: "demo", ID: payment.ID("demo", "A-7"), Network: "pagoefectivo", Provider: "pagoefectivo", Account: "pe", Order: "A-7",
		Amount: money.New(10000, money.PEN), State: payment.Pending, CreatedAt: friday(), ExpiresAt: friday(), Voucher: payment.Voucher{Code: "C7"}}
	refund := func(n string, s disbursement.State) store.Key {
		d := disbursement.Disbursement{Tenant: "demo", ID: disbursement.RefundID("demo", n), Kind: disbursement.Refund, Provider: "pagoefectivo", Network: "pagoefectivo",
			Account: "pe", Amount: money.New(10000, money.PEN), State: s, Reference: "X" + n, OriginalReference: "C7", CreatedAt: friday(), SentAt: friday(),
			Attempts: []disbursement.Attempt{{At: friday()}}}
		if s == disbursement.Paid {
			d.PaidAt = friday()
		}
		r.put(store.Put{Record: disbursement.Encode(d)})
		return disbursement.Key("demo", d.ID)
	}
	taken, paid := refund("1", disbursement.Accepted), refund("2", disbursement.Paid)
	r.put(store.Put{Record: payment.Encode(unpaid)}, store.Put{Record: payment.EncodePointer(payment.ReferenceKey("demo", "pe", "C7"), unpaid.ID)})
	row := func(id, ref, kind, amount string) string {
		return strings.Join([]string{id, ref, kind, amount, "0.00", "0.00", amount, "PEN", "2026-11-20 10:00:00", "REJECTED"}, ",") + "\n"
	}
	r.file("f.csv", header+row("T7", "C7", "PAYMENT", "100.00")+row("X1", taken.PK[strings.Index(taken.PK, "rf_"):], "REFUND", "-100.00")+
		row("X2", paid.PK[strings.Index(paid.PK, "rf_"):], "REVERSAL", "100.00"))
	for key, want := range map[store.Key]disbursement.State{taken: disbursement.Accepted, paid: disbursement.Paid} {
		record, err := r.store.Get(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := disbursement.Decode(record); err != nil || d.State != want {
			t.Errorf("%v: a rejected row made %s of %s", err, d.State, want)
		}
	}
	record, err := r.store.Get(ctx, payment.Key("demo", unpaid.ID))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := payment.Decode(record); err != nil || p.State != payment.Pending || p.PaidMinor() != 0 {
		t.Errorf("%v: a rejected row made %s with %d of an unpaid voucher", err, p.State, p.PaidMinor())
	}
}
