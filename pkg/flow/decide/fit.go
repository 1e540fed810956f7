package decide

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// MaxParts bounds how many breaks or entries one decision ties together: all are written in one commit.
const MaxParts = 40

// fit holds a resolution against the break: what it settles must exist and add up. It gives the other breaks that it is about,
// and the move with its parts filled in.
func (d *Decider) fit(ctx context.Context, m merchant.Merchant, c Case, move discrepancy.Move) ([]Case, discrepancy.Move, error) {
	if move.Action != discrepancy.Resolve {
		return nil, move, nil
	}
	switch move.Method {
	case discrepancy.WriteOff:
		return nil, withParts(move, own(c)), writeOff(m, c)
	case discrepancy.ForceMatch:
		return d.forced(ctx, m, c, move)
	case discrepancy.Split:
		return d.split(ctx, c, move)
	case discrepancy.Link:
		return d.linked(ctx, m, c, move)
	case discrepancy.Expected:
		return nil, move, d.expected(c, move)
	}
	return nil, move, nil
}

func withParts(move discrepancy.Move, parts []discrepancy.Part) discrepancy.Move {
	move.Parts = parts
	return move
}

// own is the break's own entry, settled at what its row brought: nothing, if there is no row, or one that stands beside another.
func own(c Case) []discrepancy.Part {
	b := c.Break
	switch b.Class {
	case settlement.DuplicateRow, settlement.Reversed, settlement.DuplicatePayment, settlement.Split, settlement.Unreadable:
		return nil
	}
	if b.Why.Rate != nil {
		return nil // what came is in another currency than the books: a run settles it, or a file that is right
	}
	if b.Break.ID == "" || (b.ExpectedCurrency != "" && b.ExpectedCurrency != b.Currency) {
		return nil
	}
	minor := b.Actual - b.Why.Fee - b.Why.Tax
	if b.Class == settlement.MissingAtNetwork {
		minor = 0
	}
	return []discrepancy.Part{{Entry: b.Break.ID, Minor: minor, Transaction: b.TransactionID}}
}

// atStake is what bearing a break costs, in minor units: the money that differs, or the cost.
func atStake(b discrepancy.Discrepancy) int64 {
	size := max(b.Difference, -b.Difference)
	if w := b.Why; size == 0 {
		if w.ExpectedFee != nil {
			size += max(w.Fee-*w.ExpectedFee, *w.ExpectedFee-w.Fee)
		}
		if w.ExpectedTax != nil {
			size += max(w.Tax-*w.ExpectedTax, *w.ExpectedTax-w.Tax)
		}
		if gap := w.Net - (b.Actual - w.Fee - w.Tax); b.Class == settlement.NetMismatch {
			size += max(gap, -gap)
		}
	}
	return size
}

// writeOff holds a break against the limit of the store whose account it is on. Error: ErrLimit.
func writeOff(m merchant.Merchant, c Case) error {
	b := c.Break
	if b.Class == settlement.Unreadable || (b.ExpectedCurrency != "" && b.ExpectedCurrency != b.Currency) {
		return fmt.Errorf("%w: nobody can say what a %s costs", discrepancy.ErrMove, b.Class)
	}
	return within(m, c.Day.Account, money.New(atStake(b), b.Currency))
}

// within holds what is borne against the limit of the store whose account it is on; of no account, against the highest of the currency. Error:
// ErrLimit.
func within(m merchant.Merchant, account string, size money.Amount) error {
	limit := int64(0)
	for _, s := range m.Stores {
		for _, a := range s.Accounts {
			if (a.Account == account || account == "") && s.Currency == size.Currency() {
				limit = max(limit, s.Limits.WriteOff)
			}
		}
	}
	if size.Minor() > limit {
		return fmt.Errorf("%w: %s of at most %s", ErrLimit, size, money.New(limit, size.Currency()))
	}
	return nil
}

// forced ties a row to one entry: the break's own, or the one that is named. A difference of money between them must be within
// the write-off limit. Errors: ErrNotFound, ErrLimit, discrepancy.ErrMove.
func (d *Decider) forced(ctx context.Context, m merchant.Merchant, c Case, move discrepancy.Move) ([]Case, discrepancy.Move, error) {
	b := c.Break
	if b.Line == 0 || b.Class == settlement.Unreadable || b.Class == settlement.DuplicateRow {
		return nil, move, fmt.Errorf("%w: a %s has no row to match", discrepancy.ErrMove, b.Class)
	}
	if len(move.Parts) == 0 {
		if b.Break.ID == "" {
			return nil, move, fmt.Errorf("%w: name the entry that the row is about", discrepancy.ErrMove)
		}
		return nil, withParts(move, own(c)), writeOff(m, c)
	}
	if len(move.Parts) != 1 {
		return nil, move, fmt.Errorf("%w: one entry; several are a split", discrepancy.ErrMove)
	}
	entry, transaction, err := d.entry(ctx, c, move.Parts[0].Entry)
	if err != nil {
		return nil, move, err
	}
	gap := c
	gap.Break.Difference = b.Actual - entry
	if err := writeOff(m, gap); err != nil {
		return nil, move, err
	}
	move = withParts(move, []discrepancy.Part{{Entry: move.Parts[0].Entry, Minor: b.Actual - b.Why.Fee - b.Why.Tax, Transaction: transaction}})
	missed, err := d.missed(ctx, c, move.Parts)
	return missed, move, err
}

// missed are the day's breaks that say of the same entries that no row shows them: they are decided along with the row.
func (d *Decider) missed(ctx context.Context, c Case, parts []discrepancy.Part) ([]Case, error) {
	left := c.Day.Breaks[string(settlement.MissingAtNetwork)]
	var cases []Case
	for n := 0; n < c.Day.Sheet.Pages() && left > 0 && len(cases) < len(parts); n++ {
		page, err := c.Day.Sheet.Page(ctx, d.Files, n)
		if err != nil {
			return nil, err
		}
		for _, b := range page {
			if b.Class != settlement.MissingAtNetwork {
				continue
			}
			left--
			if !slices.ContainsFunc(parts, func(p discrepancy.Part) bool { return p.Entry == b.Break.ID }) {
				continue
			}
			x, err := d.with(ctx, c.Day, b)
			if err != nil {
				return nil, err
			}
			cases = append(cases, x)
		}
	}
	return cases, nil
}

// split ties a row to several entries whose amounts add up to it exactly; the row's cost goes to the first. Errors: ErrNotFound,
// ErrSum, discrepancy.ErrMove.
func (d *Decider) split(ctx context.Context, c Case, move discrepancy.Move) ([]Case, discrepancy.Move, error) {
	b := c.Break
	if b.Line == 0 || b.Class == settlement.Unreadable || b.Class == settlement.DuplicateRow || len(move.Parts) < 2 || len(move.Parts) > MaxParts {
		return nil, move, fmt.Errorf("%w: a split is of one row over 2 to %d entries", discrepancy.ErrMove, MaxParts)
	}
	sum, parts := int64(0), []discrepancy.Part{}
	for i, p := range move.Parts {
		amount, transaction, err := d.entry(ctx, c, p.Entry)
		if err != nil {
			return nil, move, err
		}
		if slices.ContainsFunc(parts, func(q discrepancy.Part) bool { return q.Entry == p.Entry }) {
			return nil, move, fmt.Errorf("%w: %s comes twice", ErrSum, p.Entry)
		}
		sum += amount
		if i == 0 {
			amount -= b.Why.Fee + b.Why.Tax
		}
		parts = append(parts, discrepancy.Part{Entry: p.Entry, Minor: amount, Transaction: transaction})
	}
	if sum != b.Actual {
		return nil, move, fmt.Errorf("%w: the entries are %s together, the row is %s", ErrSum, money.New(sum, b.Currency), money.New(b.Actual, b.Currency))
	}
	missed, err := d.missed(ctx, c, parts)
	return missed, withParts(move, parts), err
}

// linked ties breaks of one day and currency together whose differences add up to nothing, or, with the costs that differ in those whose
// money does not, to what may be written off. Errors: ErrNotFound, ErrLimit, discrepancy.ErrMove.
func (d *Decider) linked(ctx context.Context, m merchant.Merchant, c Case, move discrepancy.Move) ([]Case, discrepancy.Move, error) {
	if len(move.With) == 0 || len(move.With) > MaxParts || slices.Contains(move.With, c.Break.ID) {
		return nil, move, fmt.Errorf("%w: name 1 to %d other breaks", discrepancy.ErrMove, MaxParts)
	}
	cases, members := []Case{}, []discrepancy.Discrepancy{c.Break}
	for i, id := range move.With {
		if discrepancy.Day(id) != discrepancy.Day(c.Day.ID) || slices.Contains(move.With[:i], id) {
			return nil, move, fmt.Errorf("%w: %.40s is of another day, or comes twice", discrepancy.ErrMove, id)
		}
		b, err := c.Day.Sheet.Find(ctx, d.Files, id)
		if errors.Is(err, discrepancy.ErrNone) {
			return nil, move, fmt.Errorf("%w: no break %.40s", ErrNotFound, id)
		}
		if err != nil {
			return nil, move, err
		}
		other, err := d.with(ctx, c.Day, b)
		if err != nil {
			return nil, move, err
		}
		if b.Currency != c.Break.Currency || other.Decision.Method.Final() {
			return nil, move, fmt.Errorf("%w: %s is of another currency, or decided", discrepancy.ErrMove, id)
		}
		cases, members = append(cases, other), append(members, b)
	}
	gap, cost, brought := int64(0), int64(0), int64(0)
	for _, b := range members {
		if b.ExpectedCurrency != "" && b.ExpectedCurrency != b.Currency {
			return nil, move, fmt.Errorf("%w: %s is %s in the books and %s in its row", discrepancy.ErrMove, b.ID, b.ExpectedCurrency, b.Currency)
		}
		if gap += b.Difference; b.Difference == 0 {
			cost += atStake(b)
		}
		brought += b.Actual - b.Why.Fee - b.Why.Tax
	}
	return cases, withParts(move, share(brought, members)), within(m, c.Day.Account, money.New(max(gap, -gap)+cost, c.Break.Currency))
}

// share gives what the rows of linked breaks brought to the entries among them, each its own amount and the first what is over
// or lacking.
func share(brought int64, breaks []discrepancy.Discrepancy) []discrepancy.Part {
	var parts []discrepancy.Part
	for _, b := range breaks {
		if b.Break.ID == "" || slices.ContainsFunc(parts, func(p discrepancy.Part) bool { return p.Entry == b.Break.ID }) {
			continue
		}
		parts = append(parts, discrepancy.Part{Entry: b.Break.ID, Minor: b.Expected, Transaction: b.TransactionID})
		brought -= b.Expected
	}
	if len(parts) > 0 {
		parts[0].Minor += brought
	}
	return parts
}

// expected holds the day that is waited for against today: not in the past, and soon. Error: discrepancy.ErrMove.
func (d *Decider) expected(c Case, move discrepancy.Move) error {
	today, err := d.Today(c.Day.Network)
	if err == nil && (move.Until.Before(today) || today.AddDays(maxWait).Before(move.Until)) {
		err = fmt.Errorf("%w: expected until %s, which is not from today to %d days on", discrepancy.ErrMove, move.Until, maxWait)
	}
	return err
}

// maxWait is how many days something may be expected for.
const maxWait = 30

// Tomorrow is the next business day of a break's network: until when a thing is expected if nothing else is said.
func (d *Decider) Tomorrow(ctx context.Context, tenant, network string) (calendar.Date, error) {
	country, err := settlement.CalendarBook{Store: d.Store}.Of(ctx, tenant, network)
	if err != nil {
		return calendar.Date{}, err
	}
	return country.AddBusinessDays(calendar.On(d.Now(), country.Zone()), 1), nil
}

// entry is the amount of an entry of the books, signed as the merchant sees it, and the transaction of its receipt, if it may be settled by hand: of the day's
// account, of the break's currency, not settled yet. Of a payment that was paid twice it is the receipt that the row names, else the first that waits.
// Errors: ErrNotFound, discrepancy.ErrMove.
func (d *Decider) entry(ctx context.Context, c Case, id string) (int64, string, error) {
	key := entryKey(c.Day.Tenant, id)
	record, err := d.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return 0, "", fmt.Errorf("%w: no entry %.40s", ErrNotFound, id)
	}
	if err != nil {
		return 0, "", err
	}
	var amount money.Amount
	account, settled, transaction := "", false, ""
	if key.SK == disbursement.SK {
		x, err := disbursement.Decode(record)
		if err != nil {
			return 0, "", err
		}
		amount, account, settled = x.Amount.Neg(), x.Account, !x.SettledOn.IsZero() || x.State != disbursement.Paid
	} else {
		x, err := payment.Decode(record)
		if err != nil {
			return 0, "", err
		}
		amount, account, settled, transaction = x.Amount, x.Account, x.Settled(), c.Break.TransactionID
		waits := func(r payment.Receipt) bool { return r.SettledOn.IsZero() }
		at := slices.IndexFunc(x.Receipts, func(r payment.Receipt) bool { return waits(r) && r.TransactionID == c.Break.TransactionID })
		if at < 0 {
			at = slices.IndexFunc(x.Receipts, waits)
		}
		if at >= 0 {
			amount, transaction = money.New(x.Receipts[at].Minor, x.Amount.Currency()), x.Receipts[at].TransactionID
		}
	}
	if account != c.Day.Account || settled || amount.Currency() != c.Break.Currency {
		return 0, "", fmt.Errorf("%w: %.40s is of another account or currency, or does not wait to be settled", discrepancy.ErrMove, id)
	}
	return amount.Minor(), transaction, nil
}
