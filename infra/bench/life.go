package main

import (
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// refunds of one day, over whose number the day's own costs are spread.
const refunds = 1000

// List prices of us-east-1, in dollars per million; those of the table's units are pkg/store's.
const (
	perMillionQueueRequests = 0.40
	perMillionHTTPRequests  = 1.00
	perMillionInvocations   = 0.20
)

// The lean column of the plan, in dollars per million refunds. Its figure for Lambda has the duration in it, which only a
// deployed stack can tell.
const (
	leanWrites = 6.88
	leanReads  = 0.25
	leanQueue  = 1.32
	leanHTTP   = 1.00
	leanLambda = 1.33
)

// life counts what is billed for a refund from its request to its settlement: the ordinary road, where the provider calls
// back. The payments are made, paid and settled before.
func life() ([]line, error) {
	t, err := newTown()
	if err != nil {
		return nil, err
	}
	payments, err := t.paid(refunds)
	if err != nil {
		return nil, err
	}
	if err := t.settle(); err != nil {
		return nil, err
	}
	before, counted := t.meter.Bill(), t.bill
	steps := map[string]store.Bill{}
	last := before
	step := func(name string) {
		now := t.meter.Bill()
		steps[name] = plus(steps[name], now.Minus(last))
		last = now
	}
	ids, err := t.refund(payments, step)
	if err != nil {
		return nil, err
	}
	if err := t.settle(); err != nil {
		return nil, err
	}
	step("settled")
	bill := t.meter.Bill().Minus(before)
	used := t.minus(counted)
	for _, id := range ids {
		var refund struct{ Status string }
		if err := t.call(200, "GET", "/v1/refunds/"+id, "", "", &refund); err != nil || refund.Status != "settled" {
			return nil, fmt.Errorf("%s is %q: %v", id, refund.Status, err)
		}
	}
	idle, err := t.idle()
	return append(priced(bill, used, steps), idle), err
}

// refund takes a part of each payment through to its payment by the provider, and says after which step it stands.
func (t *town) refund(payments []string, step func(string)) (ids []string, err error) {
	for i, payment := range payments {
		var refund struct{ ID string }
		body := fmt.Sprintf(`{"payment":%q,"amount":5000,"currency":"PEN","reason_code":"customer_return","merchant_refund_id":"R-%d"}`, payment, i)
		if err := t.call(201, "POST", "/v1/refunds", fmt.Sprintf("r-%d", i), body, &refund); err != nil {
			return nil, err
		}
		step("requested")
		if err := t.work(); err != nil {
			return nil, err
		}
		step("handed over")
		if err := t.network().Move(refund.ID, "complete"); err != nil {
			return nil, err
		}
		if err := t.drain(); err != nil {
			return nil, err
		}
		step("called back")
		ids = append(ids, refund.ID)
	}
	return ids, nil
}

func plus(a, b store.Bill) store.Bill {
	return store.Bill{TableWrites: a.TableWrites + b.TableWrites, IndexWrites: a.IndexWrites + b.IndexWrites,
		HalfReads: a.HalfReads + b.HalfReads, Commits: a.Commits + b.Commits}
}

func priced(b store.Bill, used bill, steps map[string]store.Bill) []line {
	each := func(n int64) float64 { return float64(n) / refunds }
	writes := store.Bill{TableWrites: b.TableWrites, IndexWrites: b.IndexWrites}
	reads := store.Bill{HalfReads: b.HalfReads}
	// A picodollar for one refund is a millionth of a dollar for a million of them.
	dollars := func(b store.Bill) float64 { return float64(b.Picodollars()) / refunds / 1e6 }
	cost := func(name string, count float64, unit string, price, lean float64) []line {
		return []line{
			{name + " of a refund", show(count), unit, "", ""},
			compared("  a million of them", price, "$", lean, "lean plan"),
		}
	}
	queue, http, calls := each(int64(used.queue)), each(int64(used.http)), each(int64(used.invocations))
	var lines []line
	lines = append(lines, cost("table writes", each(b.WriteUnits()), "WRU", dollars(writes), leanWrites)...)
	for _, name := range []string{"requested", "handed over", "called back", "settled"} {
		s := steps[name]
		lines = append(lines, line{"  until it is " + name, show(each(s.WriteUnits())), "WRU", "", "of them for indexes " + show(each(s.IndexWrites))})
	}
	lines = append(lines, cost("table reads", each(b.HalfReads)/2, "RRU", dollars(reads), leanReads)...)
	lines = append(lines, cost("queue requests", queue, "requests", queue*perMillionQueueRequests, leanQueue)...)
	lines = append(lines, cost("HTTP requests", http, "requests", http*perMillionHTTPRequests, leanHTTP)...)
	lines = append(lines, cost("function calls, without duration", calls, "calls", calls*perMillionInvocations, leanLambda)...)
	total := dollars(writes) + dollars(reads) + queue*perMillionQueueRequests + http*perMillionHTTPRequests + calls*perMillionInvocations
	return append(lines, compared("all of these, a million refunds", total, "$", leanWrites+leanReads+leanQueue+leanHTTP+leanLambda, "lean plan, without logs"))
}

// idle is what the sweep reads while nothing is due.
func (t *town) idle() (line, error) {
	before := t.meter.Bill()
	t.jobs = append(t.jobs, job.Job{Kind: job.Sweep})
	if err := t.drain(); err != nil {
		return line{}, err
	}
	month := float64(t.meter.Bill().Minus(before).Picodollars()) / 1e12 * 60 * 24 * 30
	return line{"the sweep's reads, idle", show(month), "$ a month", "", ""}, nil
}

// paid makes payments that buyers have paid at the counter.
func (t *town) paid(n int) ([]string, error) {
	ids := make([]string, 0, n)
	for i := range n {
		var payment struct{ ID string }
		body := fmt.Sprintf(`{"network":"pagoefectivo","store":"store_pe","order_reference":"A-%d","amount":12050,"currency":"PEN","payer":{"name":"Ana Quispe","email":"ana@example.pe"}}`, i)
		if err := t.call(201, "POST", "/v1/payments", fmt.Sprintf("p-%d", i), body, &payment); err != nil {
			return nil, err
		}
		if err := t.network().Pay(payment.ID, 0); err != nil {
			return nil, err
		}
		if err := t.drain(); err != nil {
			return nil, err
		}
		ids = append(ids, payment.ID)
	}
	return ids, nil
}

// settle closes the provider's day and reconciles its file the next morning.
func (t *town) settle() error {
	_, day, err := t.network().Close(calendar.On(t.now, calendar.Peru().Zone()))
	if err != nil {
		return err
	}
	t.now = day.Start(calendar.Peru().Zone()).UTC().Add(9 * time.Hour)
	in := job.Job{Kind: job.Ingest}
	in.Key.PK = network
	t.jobs = append(t.jobs, in)
	if err := t.drain(); err != nil {
		return err
	}
	var days struct{ Data []struct{ Status string } }
	if err := t.call(200, "GET", "/v1/reconciliations?date="+day.String(), "", "", &days); err != nil {
		return err
	}
	if len(days.Data) != 1 || days.Data[0].Status != "balanced" {
		return fmt.Errorf("%s is not balanced: %+v", day, days.Data)
	}
	return nil
}

func (t *town) minus(earlier bill) bill {
	return bill{t.bill.http - earlier.http, t.bill.queue - earlier.queue, t.bill.invocations - earlier.invocations}
}
