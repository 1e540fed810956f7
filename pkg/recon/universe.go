package recon

import (
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// universe is a part of the run that the rules are to look at as a whole.
type universe struct {
	entries, elsewhere []settlement.Entry
	rows               []numbered
}

// numbered is a row with the place of its file on the command line.
type numbered struct {
	settlement.Row
	file uint16
}

func (u *universe) entry(e *entry) { u.entries = append(u.entries, e.full()) }

func (u *universe) row(r *row, files []string, offset int64) {
	u.rows = append(u.rows, numbered{r.full(files, offset), r.file})
}

var (
	kinds       = [...]settlement.Kind{settlement.KindPayment, settlement.KindRefund, settlement.KindPayout}
	types       = [...]settlement.Type{settlement.Payment, settlement.Refund, settlement.Payout, settlement.Reversal}
	rowStatuses = [...]string{settlement.Settled, "REJECTED", "FAILED"}
)

// full is the entry as the rules know it, with texts of its own.
func (e *entry) full() settlement.Entry {
	full := settlement.Entry{ID: string(e.id), Kind: kinds[e.kind], Reference: string(e.reference),
		TransactionID: string(e.transaction), Amount: e.amount, Currency: money.Currency(currencyText(e.currency)),
		Status: entryStatuses[e.status], OccurredAt: time.Unix(0, e.nanos).UTC()}
	if e.hasFee {
		fee := e.fee
		full.Fee = &fee
	}
	if e.hasTax {
		tax := e.tax
		full.Tax = &tax
	}
	if len(e.lock) > 0 {
		full.Lock = lockOf(e.lock)
	}
	return full
}

// full is the row as the rules know it. Raw is whatever two rows have to share to be the same.
func (r *row) full(files []string, offset int64) settlement.Row {
	return settlement.Row{File: files[r.file], Line: int(r.line), TransactionID: string(r.transaction),
		Reference: string(r.reference), Type: types[r.kind], Currency: money.Currency(currencyText(r.currency)),
		Amount: r.amount, Fee: r.fee, Tax: r.tax, Net: r.net, Status: rowStatuses[r.status],
		At: time.Unix(r.seconds-offset, 0).UTC(), Raw: r.content()}
}

// content is the row without its place, as text.
func (r *row) content() string {
	same := *r
	same.line, same.file = 0, 0
	text := make([]byte, same.size())
	same.pack(text, 0)
	return string(text)
}

// compare lets the rules judge a part of the run.
func (r *run) compare(u *universe, breaks, matches *sorted, t *tally) error {
	inOrder(u.rows)
	rows := make([]settlement.Row, len(u.rows))
	for i := range u.rows {
		rows[i] = u.rows[i].Row
	}
	result := settlement.CompareRest(r.Date, r.Rules, u.entries, u.elsewhere, rows)
	t.result(result)
	for i := range result.Breaks {
		if err := r.keepBreak(&result.Breaks[i], breaks); err != nil {
			return err
		}
	}
	if matches == nil {
		return nil
	}
	for i := range result.Matches {
		if err := r.keepMatch(&result.Matches[i], matches); err != nil {
			return err
		}
	}
	return nil
}
