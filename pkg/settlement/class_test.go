package settlement_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// theDay is a Monday; what happened on the Friday before is due on it.
var theDay = calendar.Date{Year: 2026, Month: time.November, Day: 23}

func noonOn(day int) time.Time { return time.Date(2026, 11, day, 17, 0, 0, 0, time.UTC) }

func peru() settlement.Rules {
	return settlement.Rules{Country: calendar.Peru(), SettlesIn: 1, Smallest: map[money.Currency]int64{money.COP: 100}}
}

func of(minor int64) *int64 { return &minor }

// booked is a payment of 120.00 with a fee of 4.20 and a tax of 0.76; paidOut is a row that settles it to the letter.
func booked() settlement.Entry {
	return settlement.Entry{ID: "pay_1", Kind: settlement.KindPayment, Reference: "R1", TransactionID: "T1", Amount: 12000,
		Fee: of(420), Tax: of(76), Currency: money.PEN, Status: "paid", OccurredAt: noonOn(20)}
}

func paidOut() settlement.Row {
	return settlement.Row{File: "f.csv", Line: 2, TransactionID: "T1", Reference: "R1", Type: settlement.Payment,
		Currency: money.PEN, Amount: 12000, Fee: 420, Tax: 76, Net: 11504, At: noonOn(20), Status: "SETTLED"}
}

type rowChange func(*settlement.Row)
type entryChange func(*settlement.Entry)

func row(line int, changes ...rowChange) settlement.Row {
	r := paidOut()
	r.Line = line
	for _, change := range changes {
		change(&r)
	}
	return r
}

func entryOf(changes ...entryChange) settlement.Entry {
	e := booked()
	for _, change := range changes {
		change(&e)
	}
	return e
}

// raw gives rows their text, as a reader does: two rows are identical if all but the line is.
func raw(rows []settlement.Row) []settlement.Row {
	for i := range rows {
		r := rows[i]
		r.Line, r.File = 0, ""
		rows[i].Raw = fmt.Sprintf("%+v", r)
	}
	return rows
}

func amount(minor int64) rowChange {
	return func(r *settlement.Row) { r.Net += minor - r.Amount; r.Amount = minor }
}
func txn(id string) rowChange             { return func(r *settlement.Row) { r.TransactionID = id } }
func reference(id string) rowChange       { return func(r *settlement.Row) { r.Reference = id } }
func status(s string) rowChange           { return func(r *settlement.Row) { r.Status = s } }
func currency(c money.Currency) rowChange { return func(r *settlement.Row) { r.Currency = c } }
func fee(minor int64) rowChange {
	return func(r *settlement.Row) { r.Net += r.Fee - minor; r.Fee = minor }
}
func tax(minor int64) rowChange {
	return func(r *settlement.Row) { r.Net += r.Tax - minor; r.Tax = minor }
}
func net(minor int64) rowChange         { return func(r *settlement.Row) { r.Net = minor } }
func on(day int) rowChange              { return func(r *settlement.Row) { r.At = noonOn(day) } }
func typed(t settlement.Type) rowChange { return func(r *settlement.Row) { r.Type = t } }
func unreadable(r *settlement.Row)      { r.Unreadable = "Amount is not a decimal" }

func entryID(id, txn string) entryChange {
	return func(e *settlement.Entry) { e.ID, e.TransactionID = id, txn }
}
func entryStatus(s string) entryChange { return func(e *settlement.Entry) { e.Status = s } }
func entryOn(day int) entryChange      { return func(e *settlement.Entry) { e.OccurredAt = noonOn(day) } }
func refund(minor int64) entryChange {
	return func(e *settlement.Entry) { e.Kind, e.Amount, e.Fee, e.Tax = settlement.KindRefund, minor, nil, nil }
}

// print shows a result as one line a break, for comparing.
func print(r settlement.Result) string {
	var lines []string
	for _, b := range r.Breaks {
		also := make([]string, len(b.Also))
		for i, c := range b.Also {
			also[i] = string(c)
		}
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%d %s %s %s", b.Line, b.ID, b.Class, strings.Join(also, "+")), " "))
	}
	return fmt.Sprintf("matched %d pending %d unreadable %d; %s", r.Matched, r.Pending, r.Unreadable, strings.Join(lines, " | "))
}

type example struct {
	name    string
	entries []settlement.Entry
	rows    []settlement.Row
	want    string
}

func one(e settlement.Entry) []settlement.Entry { return []settlement.Entry{e} }

// examples are the sentences of the matcher's contract, one row each.
func examples() []example {
	e, noTxn := booked(), entryOf(entryID("pay_1", ""))
	rows := func(rows ...settlement.Row) []settlement.Row { return rows }
	reversal := row(3, typed(settlement.Reversal), amount(-12000), fee(0), tax(0), on(23))
	return slices.Concat(identityExamples(), []example{
		{"match", one(e), rows(row(2)), "matched 1 pending 0 unreadable 0; "},
		{"nothing at all", nil, nil, "matched 0 pending 0 unreadable 0; "},
		{"unreadable", one(e), rows(row(2), row(3, unreadable)), "matched 1 pending 0 unreadable 1; 3  UNREADABLE"},
		{"duplicate row leaves its entry matched", one(e), rows(row(2), row(3)), "matched 1 pending 0 unreadable 0; 3  DUPLICATE_ROW"},
		{"reversed leaves its entry matched", one(e), rows(row(2), reversal),
			"matched 1 pending 0 unreadable 0; 3 pay_1 REVERSED FEE_DIFFERENCE+TAX_DIFFERENCE+DATE_SHIFT"},
		{"reversal of nothing", nil, rows(reversal), "matched 0 pending 0 unreadable 0; 3  MISSING_IN_BOOKS"},
		{"swapped with our id", one(e), rows(row(2, txn("pay_1"), reference("T1"))), "matched 0 pending 0 unreadable 0; 2 pay_1 REFERENCE_SWAPPED"},
		{"swapped", one(e), rows(row(2, txn("R1"), reference("T1"))), "matched 0 pending 0 unreadable 0; 2 pay_1 REFERENCE_SWAPPED"},
		{"swapped, of a voucher whose code nobody told us", one(entryOf(func(e *settlement.Entry) { e.Reference = "" })), rows(row(2, txn("R1"), reference("T1"))),
			"matched 0 pending 0 unreadable 0; 2 pay_1 REFERENCE_SWAPPED"},
		{"the code of another voucher, which is known, is no swap", one(entryOf(func(e *settlement.Entry) { e.Reference = "R2" })), rows(row(2, txn("R1"), reference("T1"))),
			"matched 0 pending 0 unreadable 0; 0 pay_1 MISSING_AT_NETWORK | 2  MISSING_IN_BOOKS"},
		{"currency", one(e), rows(row(2, currency(money.USD))), "matched 0 pending 0 unreadable 0; 2 pay_1 CURRENCY_MISMATCH"},
		{"row rejected, books paid", one(e), rows(row(2, status("REJECTED"))), "matched 0 pending 0 unreadable 0; 2 pay_1 STATUS_MISMATCH"},
		{"row settled, books expired", one(entryOf(entryStatus("expired"))), rows(row(2)), "matched 0 pending 0 unreadable 0; 2 pay_1 STATUS_MISMATCH"},
		{"both say it failed", one(entryOf(entryStatus("failed"))), rows(row(2, status("FAILED"))), "matched 1 pending 0 unreadable 0; "},
		{"a hundred times", one(e), rows(row(2, amount(1200000))), "matched 0 pending 0 unreadable 0; 2 pay_1 EXPONENT AMOUNT_OVER"},
		{"a hundredth", one(e), rows(row(2, amount(120))), "matched 0 pending 0 unreadable 0; 2 pay_1 EXPONENT AMOUNT_UNDER"},
		{"split", one(noTxn), rows(row(2, amount(7000), txn("A")), row(3, amount(5000), txn("B"))),
			"matched 0 pending 0 unreadable 0; 2 pay_1 SPLIT | 3 pay_1 SPLIT"},
		{"split needs distinct transactions", one(noTxn), rows(row(2, amount(7000), txn("A")), row(3, amount(5000), txn("A"))),
			"matched 0 pending 0 unreadable 0; 2 pay_1 AMOUNT_UNDER | 3  DUPLICATE_PAYMENT"},
		{"split to the last unit", one(noTxn), rows(row(2, amount(7000), txn("A")), row(3, amount(5001), txn("B"))),
			"matched 0 pending 0 unreadable 0; 2 pay_1 AMOUNT_UNDER | 3  DUPLICATE_PAYMENT"},
		{"paid twice", one(e), rows(row(2), row(3, txn("T2"))), "matched 1 pending 0 unreadable 0; 3  DUPLICATE_PAYMENT"},
		{"rounding", one(e), rows(row(2, amount(12001))), "matched 0 pending 0 unreadable 0; 2 pay_1 ROUNDING AMOUNT_OVER"},
		{"over", one(e), rows(row(2, amount(12002))), "matched 0 pending 0 unreadable 0; 2 pay_1 AMOUNT_OVER"},
		{"under", one(e), rows(row(2, amount(11000))), "matched 0 pending 0 unreadable 0; 2 pay_1 AMOUNT_UNDER"},
		{"wrong sign is less, not equal", one(e), rows(row(2, amount(-12000))), "matched 0 pending 0 unreadable 0; 2 pay_1 AMOUNT_UNDER"},
		{"net", one(e), rows(row(2, net(11505))), "matched 0 pending 0 unreadable 0; 2 pay_1 NET_MISMATCH"},
		{"net of an unknown row", nil, rows(row(2, net(11505))), "matched 0 pending 0 unreadable 0; 2  NET_MISMATCH"},
		{"fee", one(e), rows(row(2, fee(421))), "matched 0 pending 0 unreadable 0; 2 pay_1 FEE_DIFFERENCE"},
		{"fee not compared", one(entryOf(func(e *settlement.Entry) { e.Fee = nil })), rows(row(2, fee(421))), "matched 1 pending 0 unreadable 0; "},
		{"tax", one(e), rows(row(2, tax(77))), "matched 0 pending 0 unreadable 0; 2 pay_1 TAX_DIFFERENCE"},
		{"date", one(e), rows(row(2, on(21))), "matched 0 pending 0 unreadable 0; 2 pay_1 DATE_SHIFT"},
		{"late", one(entryOf(entryOn(19))), rows(row(2, on(19))), "matched 0 pending 0 unreadable 0; 2 pay_1 LATE_SETTLEMENT"},
		{"missing at the network", one(e), nil, "matched 0 pending 0 unreadable 0; 0 pay_1 MISSING_AT_NETWORK"},
		{"not due yet", one(entryOf(entryOn(23))), nil, "matched 0 pending 1 unreadable 0; "},
		{"settled before it is due", one(entryOf(entryOn(23))), rows(row(2, on(23))), "matched 1 pending 0 unreadable 0; "},
		{"owes nothing", one(entryOf(entryStatus("cancelled"))), nil, "matched 1 pending 0 unreadable 0; "},
		{"missing in the books", nil, rows(row(2)), "matched 0 pending 0 unreadable 0; 2  MISSING_IN_BOOKS"},
		{"five at once, in order", one(e), rows(row(2, amount(11000), net(1), fee(421), on(21), status("FAILED"))),
			"matched 0 pending 0 unreadable 0; 2 pay_1 STATUS_MISMATCH AMOUNT_UNDER+NET_MISMATCH+FEE_DIFFERENCE+DATE_SHIFT"},
	})
}

func identityExamples() []example {
	e := booked()
	rows := func(rows ...settlement.Row) []settlement.Row { return rows }
	noTxn := func(id string, day int) settlement.Entry { return entryOf(entryID(id, ""), entryOn(day)) }
	return []example{
		{"the transaction id names whatever the reference says", one(e), rows(row(2, reference("other"))), "matched 1 pending 0 unreadable 0; "},
		{"an id names once", one(e), rows(row(2), row(3, on(21))), "matched 1 pending 0 unreadable 0; 3  DUPLICATE_PAYMENT"},
		{"of two rows with one id the equal amount names", one(e), rows(row(2, amount(1)), row(3)), "matched 1 pending 0 unreadable 0; 2  DUPLICATE_PAYMENT"},
		{"by reference, ids differ", one(e), rows(row(2, txn("T9"))), "matched 0 pending 0 unreadable 0; 2 pay_1 ID_MISMATCH"},
		{"by reference, ours is unknown", one(entryOf(entryID("pay_1", ""))), rows(row(2)), "matched 1 pending 0 unreadable 0; "},
		{"type fits kind in step 1", one(e), rows(row(2, typed(settlement.Payout))),
			"matched 0 pending 0 unreadable 0; 0 pay_1 MISSING_AT_NETWORK | 2  MISSING_IN_BOOKS"},
		{"a payment and its refund share a reference", []settlement.Entry{e, entryOf(entryID("rf_1", "T2"), refund(5000))},
			rows(row(2), row(3, typed(settlement.Refund), amount(-5000), txn("T2"))), "matched 2 pending 0 unreadable 0; "},
		{"equal amounts first", []settlement.Entry{noTxn("a", 20), entryOf(entryID("b", ""), func(e *settlement.Entry) { e.Amount = 500 })},
			rows(row(2, txn("A"), amount(500)), row(3, txn("B"))),
			"matched 2 pending 0 unreadable 0; "},
		{"then the earlier entry", []settlement.Entry{noTxn("a", 20), noTxn("b", 19)}, rows(row(2, txn("A"), on(19))),
			"matched 0 pending 0 unreadable 0; 0 a MISSING_AT_NETWORK | 2 b LATE_SETTLEMENT"},
		{"a reversal of the refund, not of the payment", []settlement.Entry{e, entryOf(entryID("rf_1", "T2"), refund(12000))},
			rows(row(2), row(3, typed(settlement.Refund), amount(-12000), txn("T2")), row(4, typed(settlement.Reversal), txn("T8"))),
			"matched 2 pending 0 unreadable 0; 4 rf_1 REVERSED ID_MISMATCH"},
		{"a reversal by our own id, whose provider's id is news", one(entryOf(entryID("rf_1", ""), refund(12000))),
			rows(row(2, typed(settlement.Refund), amount(-12000), txn("T2"), reference("rf_1")), row(3, typed(settlement.Reversal), txn("T2"), reference("rf_1"))),
			"matched 1 pending 0 unreadable 0; 3 rf_1 REVERSED"},
	}
}

func TestClasses(t *testing.T) {
	for _, x := range examples() {
		t.Run(x.name, func(t *testing.T) {
			result := settlement.Compare(theDay, peru(), x.entries, raw(x.rows))
			if got := print(result); got != x.want {
				t.Errorf("\n got %s\nwant %s", got, x.want)
			}
			if err := result.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}
