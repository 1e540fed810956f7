package providertest

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/settlement"
)

func settlementClauses() []clause {
	return []clause{
		{"a day's file lists what was received, paid and reversed on it, at the contract's cost", rows, func(l *lab) bool { return l.refunds() && l.client.Can(provider.CanFetchSettled) }},
		{"there is no file but for the day on which it settles", onlyItsDay, can(provider.CanFetchSettled)},
		{"days that settle together share a file", weekend, can(provider.CanFetchSettled)},
		{"a line that cannot be read is a row with its number and reason", badLines, nil},
		{"a file that is none is an error", noFile, nil},
	}
}

// closed ends a local day and reads the file that settles it.
func (l *lab) closed(day calendar.Date) ([]settlement.Row, calendar.Date) {
	l.Helper()
	name, settles, err := l.network.Close(day)
	if err != nil || name == "" {
		l.Fatalf("close: %q, %v", name, err)
	}
	file, err := l.client.FetchSettlement(l.ctx, settles)
	if err != nil {
		l.Fatalf("fetch: %v", err)
	}
	return l.read(file.Body), settles
}

func (l *lab) read(file []byte) []settlement.Row {
	l.Helper()
	var all []settlement.Row
	for row, err := range l.client.ReadSettlement(bytes.NewReader(file)) {
		if err != nil {
			l.Fatalf("read: %v", err)
		}
		all = append(all, row)
	}
	return all
}

func rows(l *lab) {
	d := l.refund("rf_1")
	o := l.client.Submit(l.ctx, d)
	l.move("rf_1", simnet.Complete)
	l.move("rf_1", simnet.Bounce)
	got, settles := l.closed(calendar.Date{Year: 2026, Month: time.November, Day: 20})
	if want := (calendar.Date{Year: 2026, Month: time.November, Day: 23}); settles != want {
		l.Errorf("Friday settles on %s, want %s", settles, want)
	}
	reference := d.OriginalReference
	if l.subject.OursInFiles {
		reference = d.Payment
	}
	price, part := l.subject.Price.Minor(), l.subject.Part.Minor()
	want := []settlement.Row{
		{TransactionID: d.OriginalTransaction, Type: settlement.Payment, Amount: price},
		{TransactionID: o.Reference, Type: settlement.Refund, Amount: -part},
		{TransactionID: o.Reference, Type: settlement.Reversal, Amount: part},
	}
	if len(got) != len(want) {
		l.Fatalf("%d rows, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		g := got[i]
		if i > 0 && l.byTransfer() {
			reference = d.ID // a transfer belongs to no voucher
		}
		fee, tax := l.subject.Account.Fees.Of(w.Amount)
		if w.Type == settlement.Reversal {
			fee, tax = 0, 0
		}
		if g.TransactionID != w.TransactionID || g.Type != w.Type || g.Amount != w.Amount || g.Fee != fee || g.Tax != tax ||
			g.Net != g.Amount-g.Fee-g.Tax || (g.Reference != reference && (g.Type == settlement.Payment || g.Reference != d.ID)) || g.Currency != l.subject.Price.Currency() ||
			g.Status != "SETTLED" || g.Unreadable != "" || g.Line != i+2 || g.At.Sub(start()).Abs() > time.Minute {
			l.Errorf("row %d is %+v, want %+v at %d and %d", i, g, w, fee, tax)
		}
	}
}

func onlyItsDay(l *lab) {
	l.paid("pay_1")
	day := calendar.Date{Year: 2026, Month: time.November, Day: 20}
	for _, asked := range []calendar.Date{day, day.AddDays(3)} {
		if _, err := l.client.FetchSettlement(l.ctx, asked); !is(err, provider.ErrNotPublished) {
			l.Errorf("before the day is closed, %s: %v", asked, err)
		}
	}
	_, settles := l.closed(day)
	for _, asked := range []calendar.Date{settles.AddDays(-1), settles.AddDays(1)} {
		if _, err := l.client.FetchSettlement(l.ctx, asked); !is(err, provider.ErrNotPublished) {
			l.Errorf("%s, settled on %s: %v", asked, settles, err)
		}
	}
}

func weekend(l *lab) {
	friday := calendar.Date{Year: 2026, Month: time.November, Day: 20}
	l.paid("pay_1")
	l.closed(friday)
	l.host.Sleep(24 * time.Hour)
	l.paid("pay_2")
	got, settles := l.closed(friday.AddDays(1))
	if len(got) != 2 || settles.Weekday() != time.Monday {
		l.Errorf("%d rows settle on %s", len(got), settles)
	}
	if again, _ := l.closed(friday.AddDays(1)); len(again) != 2 {
		l.Errorf("closing twice lists %d rows", len(again))
	}
}

func badLines(l *lab) {
	file := l.subject.BadLines
	if file == "" {
		file = genericBadLines(string(l.subject.Price.Currency()))
	}
	for i, row := range l.read([]byte(file)) {
		if (row.Unreadable != "") != (i > 0) || row.Line != i+2 || !strings.HasPrefix(row.Raw, "T") {
			l.Errorf("row %d: %+v", i, row)
		}
	}
}

func genericBadLines(currency string) string {
	return "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n" +
		"T1,R1,PAYMENT,10.00,0.00,0.00,10.00," + currency + ",2026-11-20 10:00:00,SETTLED\n" +
		"T2,R2,PAYMENT,ten,0.00,0.00,10.00,COP,2026-11-20 10:00:00,SETTLED\n" +
		"T3,R3,PAYMENT\n" +
		"T4,R4,GIFT,10.00,0.00,0.00,10.00,COP,2026-11-20 10:00:00,SETTLED\n" +
		"T5,R5,PAYMENT,10.00,0.00,0.00,10.00,COP,20/11/2026,SETTLED\n"
}

func noFile(l *lab) {
	for name, body := range junk() {
		var failed error
		for _, err := range l.client.ReadSettlement(strings.NewReader(body)) {
			failed = errors.Join(failed, err)
		}
		if failed == nil {
			l.Errorf("%s is read as a file", name)
		}
	}
}
