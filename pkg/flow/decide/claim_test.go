package decide_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// book is a payment of 100.00 PEN whose cash came as these transactions.
func (r *rig) book(transactions ...string) string {
	r.t.Helper()
	return r.order("A-1", transactions...)
}

func (r *rig) order(order string, transactions ...string) string {
	r.t.Helper()
	at := time.Date(2026, 11, 9, 15, 0, 0, 0, time.UTC)
	p := payment.Payment{Tenant: "demo", ID: payment.ID("demo", order), Network: "pagoefectivo", Provider: "pagoefectivo", Account: "pe", Order: order,
		Amount: money.New(10000, money.PEN), State: payment.Pending, CreatedAt: at, ExpiresAt: at.Add(time.Hour)}
	for i, tx := range transactions {
		var err error
		p, _, err = payment.Next(p, payment.Observation{Claim: payment.ClaimPaid, Evidence: "p" + tx, At: at.Add(time.Duration(i) * time.Minute), OccurredAt: at, TransactionID: tx, Minor: 10000})
		r.must(err)
	}
	r.must(r.Store.Commit(context.Background(), store.Put{Record: payment.Encode(p)}))
	return p.ID
}

// settled folds a receipt, as a run does with what was decided.
func (r *rig) settled(id, transaction string, day int) {
	r.t.Helper()
	ctx := context.Background()
	record, err := r.Get(ctx, payment.Key("demo", id))
	r.must(err)
	p, err := payment.Decode(record)
	r.must(err)
	p, _, err = payment.Next(p, payment.Observation{Claim: payment.ClaimSettled, Evidence: "s" + transaction, At: r.decide.Now(), OccurredAt: p.CreatedAt, TransactionID: transaction,
		Minor: 10000, SettledOn: november(day)})
	r.must(err)
	r.must(r.Store.Commit(ctx, store.Put{Record: payment.Encode(p)}))
}

// under is an entry whose row brings so much.
func under(entry, transaction string, minor int64) settlement.Break {
	return settlement.Break{Class: settlement.AmountUnder, Kind: settlement.KindPayment, ID: entry, TransactionID: transaction, File: "f.csv", Line: 2, Expected: 10000, Actual: minor,
		Difference: minor - 10000, Currency: money.PEN}
}

// row is one that the books know nothing of.
func row(transaction string) settlement.Break {
	return settlement.Break{Class: settlement.MissingInBooks, TransactionID: transaction, File: "f.csv", Line: 3, Actual: 10000, Difference: 10000, Currency: money.PEN}
}

func resolved(method discrepancy.Method, with ...string) discrepancy.Move {
	return discrepancy.Move{Action: discrepancy.Resolve, Method: method, By: "ana", Reason: "r", Evidence: "e", With: with, Seen: -1}
}

func matched(entry string) discrepancy.Move {
	m := resolved(discrepancy.ForceMatch)
	m.Parts = []discrepancy.Part{{Entry: entry}}
	return m
}

// TestALinkMixesNoCurrencies, and what its members cost counts against the limit although their money does not differ.
func TestALinkMixesNoCurrencies(t *testing.T) {
	fee := int64(0)
	costly := settlement.Break{Class: settlement.FeeDifference, ID: "pay_3", TransactionID: "T3", File: "f.csv", Line: 4, Expected: 10000, Actual: 10000, Currency: money.PEN,
		Why: settlement.Why{Fee: 90, ExpectedFee: &fee}}
	second := costly
	second.ID, second.TransactionID = "pay_4", "T4"
	foreign := settlement.Break{Class: settlement.CurrencyMismatch, ID: "pay_5", TransactionID: "T5", File: "f.csv", Line: 5, Expected: 3000, ExpectedCurrency: money.USD, Actual: 10000,
		Currency: money.PEN}
	for name, c := range map[string]struct {
		members [2]settlement.Break
		want    error
	}{
		"another currency in the second": {[2]settlement.Break{row("T1"), foreign}, discrepancy.ErrMove},
		"another currency in the first":  {[2]settlement.Break{foreign, missing()}, discrepancy.ErrMove},
		"costs of two, beyond the limit": {[2]settlement.Break{costly, second}, decide.ErrLimit},
		"a row and what is missing":      {[2]settlement.Break{row("T1"), missing()}, nil},
	} {
		r := open(t, 0)
		_, list := r.day(november(10), c.members[0], c.members[1])
		if _, err := r.decide.Move(context.Background(), shop(), list[0].ID, resolved(discrepancy.Link, list[1].ID)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTwoDaysDecideAboutOneReceipt: the second is told that it would change nothing, one after the other and at once.
func TestTwoDaysDecideAboutOneReceipt(t *testing.T) {
	for _, atOnce := range []bool{false, true} {
		r, ctx := open(t, 0), context.Background()
		id := r.book("T1")
		_, ten := r.day(november(10), row("T8"))
		_, eleven := r.day(november(11), row("T9"))
		one := func() {
			_, err := r.decide.Move(ctx, shop(), ten[0].ID, matched(id))
			r.must(err)
		}
		if r.before = one; !atOnce {
			r.before = nil
			one()
		}
		if c, err := r.decide.Move(ctx, shop(), eleven[0].ID, matched(id)); !errors.Is(err, discrepancy.ErrDecided) {
			t.Errorf("at once: %v; %v, %+v", atOnce, err, c.Decision)
		}
	}
}

// TestAPaymentPaidTwice: the decision names the receipt that its row is about, and the other may be decided about elsewhere.
func TestAPaymentPaidTwice(t *testing.T) {
	r, ctx := open(t, 0), context.Background()
	id := r.book("T1", "T2")
	_, ten := r.day(november(10), row("T2"))
	_, eleven := r.day(november(11), row("T9"))
	for i, want := range []string{"T2", "T1"} {
		list := [][]discrepancy.Discrepancy{ten, eleven}[i]
		c, err := r.decide.Move(ctx, shop(), list[0].ID, matched(id))
		if err != nil || len(c.Decision.Parts) != 1 || c.Decision.Parts[0].Transaction != want {
			t.Errorf("%v: %+v, want %s", err, c.Decision.Parts, want)
		}
		r.settled(id, want, 10+i)
	}
}

// TestOtherNumbersAfterTheBooks: what a final decision told the books is not told again when a corrected file has other numbers.
func TestOtherNumbersAfterTheBooks(t *testing.T) {
	r, ctx := open(t, 0), context.Background()
	id := r.book("T1")
	ten, list := r.day(november(10), under(id, "T1", 9950))
	_, err := r.decide.Move(ctx, shop(), list[0].ID, resolved(discrepancy.WriteOff))
	r.must(err)
	r.settled(id, "T1", 10)
	r.corrected(ten, under(id, "T1", 9990))
	for _, said := range []bool{false, true} {
		if said {
			for range 2 { // a double click
				_, err := r.decide.Move(ctx, shop(), list[0].ID, explained())
				r.must(err)
			}
		}
		if c, err := r.decide.Move(ctx, shop(), list[0].ID, resolved(discrepancy.WriteOff)); !errors.Is(err, discrepancy.ErrDecided) {
			t.Errorf("explained %v: %v, %+v", said, err, c.Decision)
		}
	}
	r.closed(ten)
}

// TestARowIsMatchedOnce: when its amount is corrected after the books were told, it is not matched with another entry.
func TestARowIsMatchedOnce(t *testing.T) {
	r, ctx := open(t, 0), context.Background()
	id, other := r.book("T1"), r.order("A-2", "T2")
	ten, list := r.day(november(10), row("T8"))
	_, err := r.decide.Move(ctx, shop(), list[0].ID, matched(id))
	r.must(err)
	r.settled(id, "T1", 10)
	less := row("T8")
	less.Actual, less.Difference = 9950, 9950
	r.corrected(ten, less)
	if c, err := r.decide.Move(ctx, shop(), list[0].ID, matched(other)); !errors.Is(err, discrepancy.ErrDecided) {
		t.Errorf("%v, %+v", err, c.Decision)
	}
}

// TestAContractIsAmongTheNumbers: a cost that was written off is open again when the contract is corrected.
func TestAContractIsAmongTheNumbers(t *testing.T) {
	marks := map[string]bool{}
	for _, cost := range []int64{10, 11} {
		b := discrepancy.Discrepancy{Break: settlement.Break{Class: settlement.FeeDifference}}
		marks[b.Mark()] = true
		b.Why.ExpectedFee = &cost
		marks[b.Mark()] = true
		b.Why.ExpectedFee, b.Why.ExpectedTax = nil, &cost
		marks[b.Mark()] = true
	}
	if len(marks) != 5 {
		t.Errorf("%d marks of five contracts", len(marks))
	}
}

// TestAFinalMoveIsRepeated after a lost answer: while its day is being compared, when that has settled it, when the break is gone, and
// when the day is closed.
func TestAFinalMoveIsRepeated(t *testing.T) {
	r, ctx := open(t, 0), context.Background()
	id := r.book("T1")
	ten, list := r.day(november(10), row("T8"))
	again := func(when string) {
		t.Helper()
		c, err := r.decide.Move(ctx, shop(), list[0].ID, matched(id))
		if err != nil || c.Break.ID != list[0].ID || c.Decision.Method != discrepancy.ForceMatch || len(c.Decision.History) != 1 || len(r.jobs) != 1 {
			t.Errorf("%s: %v, %+v, %d runs", when, err, c.Decision, len(r.jobs))
		}
	}
	again("for the first time")
	again("while the day is compared")
	r.settled(id, "T1", 10)
	r.compared(ten)
	again("when it is settled")
	r.corrected(ten)
	again("when the break is gone")
	r.closed(ten)
	again("when the day is closed")
	other := matched(id)
	other.Reason = "another"
	if _, err := r.decide.Move(ctx, shop(), list[0].ID, other); !errors.Is(err, decide.ErrNotFound) {
		t.Errorf("another move: %v", err)
	}
}

// TestADecisionOutlivesItsSend: it is made, and its day is due, which the sweep finds.
func TestADecisionOutlivesItsSend(t *testing.T) {
	r, ctx := open(t, 0), context.Background()
	id := r.book("T1")
	ten, list := r.day(november(10), under(id, "T1", 9950))
	r.jobs, r.lost = nil, errors.New("the queue is gone")
	c, err := r.decide.Move(ctx, shop(), list[0].ID, resolved(discrepancy.WriteOff))
	r.must(err)
	record, err := r.Store.Get(ctx, reconciliation.Key("demo", c.Day.ID))
	r.must(err)
	day, err := reconciliation.Decode(record)
	if err != nil || len(r.jobs) != 1 || day.Due == 0 || day.ID != ten {
		t.Errorf("%d sends, due %d, %v", len(r.jobs), day.Due, err)
	}
}
