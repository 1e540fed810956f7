package decide

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// claims are the writes that keep two decisions from settling the same money: a record for each receipt or disbursement that a
// decision settles. Parts whose money is settled already have nothing to do and are left out; if it was a decision that settled it,
// or one that still will, another would change nothing in the books and is refused. Error: discrepancy.ErrDecided.
func (d *Decider) claims(ctx context.Context, c Case, move discrepancy.Move) ([]store.Write, discrepancy.Move, error) {
	if !move.Method.Final() {
		return nil, move, nil
	}
	for _, p := range c.Decision.Parts { // of before other numbers came
		if _, settled, claim, err := d.cash(ctx, c, p); err != nil || (settled && len(claim.Body) > 0) {
			return nil, move, first(err, fmt.Errorf("%w: %s is in the books as decided before; explain what differs", discrepancy.ErrDecided, p.Entry))
		}
	}
	var writes []store.Write
	var parts []discrepancy.Part
	for _, p := range move.Parts {
		transaction, settled, claim, err := d.cash(ctx, c, p)
		if err != nil {
			return nil, move, err
		}
		mine := string(claim.Body) == c.key.String()
		if len(claim.Body) > 0 && !mine {
			back, err := d.lost(ctx, c, claim, move)
			if err != nil {
				return nil, move, err
			}
			if settled || len(back) == 0 {
				return nil, move, fmt.Errorf("%w: %s was settled by the decision %s", discrepancy.ErrDecided, p.Entry, claim.Body)
			}
			writes = once(writes, back)
		}
		if settled {
			continue
		}
		p.Transaction = transaction
		parts = append(parts, p)
		if !mine {
			claim.Key, claim.Body = discrepancy.ClaimKey(c.Day.Tenant, p.Entry, transaction), []byte(c.key.String())
			writes = append(writes, store.Put{Record: claim})
		}
	}
	return writes, withParts(move, parts), nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// cash is the money that a part is about: the receipt that it names, else the one that the day's run is about. It says whether it is settled,
// and which decision, if any, has claimed it.
func (d *Decider) cash(ctx context.Context, c Case, part discrepancy.Part) (transaction string, settled bool, claim store.Record, err error) {
	key := entryKey(c.Day.Tenant, part.Entry)
	record, err := d.Store.Get(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", false, claim, err
	}
	transaction = part.Transaction
	switch {
	case err != nil: // the run says so
	case key.SK == disbursement.SK:
		x, err := disbursement.Decode(record)
		if err != nil {
			return "", false, claim, err
		}
		transaction, settled = "", !x.SettledOn.IsZero()
	default:
		x, err := payment.Decode(record)
		if err != nil {
			return "", false, claim, err
		}
		if r, ok := receiptOf(x, part.Transaction, c.Day.Date); ok {
			transaction, settled = r.TransactionID, !r.SettledOn.IsZero()
		}
	}
	claim, err = d.Store.Get(ctx, discrepancy.ClaimKey(c.Day.Tenant, part.Entry, transaction))
	if errors.Is(err, store.ErrNotFound) {
		return transaction, settled, store.Record{}, nil
	}
	return transaction, settled, claim, err
}

// receiptOf is the receipt of a transaction, else the first that no other day than this has shown, else the first. False: there is none.
func receiptOf(p payment.Payment, transaction string, day calendar.Date) (payment.Receipt, bool) {
	if len(p.Receipts) == 0 {
		return payment.Receipt{}, false
	}
	for _, r := range p.Receipts {
		if transaction != "" && r.TransactionID == transaction {
			return r, true
		}
	}
	for _, r := range p.Receipts {
		if r.SettledOn.IsZero() || r.SettledOn == day {
			return r, true
		}
	}
	return p.Receipts[0], true
}

func entryKey(tenant, id string) store.Key {
	if strings.HasPrefix(id, "rf_") || strings.HasPrefix(id, "po_") {
		return disbursement.Key(tenant, id)
	}
	return payment.Key(tenant, id)
}

// gone is a decision whose break a later run no longer has, if the move is the one that made it: whoever repeats it after a lost answer
// is told what was done. Error: ErrNotFound.
func (d *Decider) gone(ctx context.Context, tenant, id string, move discrepancy.Move) (Case, error) {
	pointer, err := d.Store.Get(ctx, discrepancy.PointerKey(tenant, id))
	if err != nil {
		return Case{}, notFound(err)
	}
	c := Case{key: store.Key{PK: discrepancy.DayPartition(tenant, string(pointer.Body)), SK: id}}
	record, err := d.Store.Get(ctx, c.key)
	if err != nil {
		return c, notFound(err)
	}
	if c.Decision, err = discrepancy.Decode(tenant, record); err != nil {
		return c, err
	}
	if c.Decision.Was == nil || !c.Decision.Repeats(c.Decision.Mark, move) {
		return c, ErrNotFound
	}
	c.Break = *c.Decision.Was
	c.Day, err = d.day(ctx, tenant, string(pointer.Body))
	return c, err
}

func notFound(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrNotFound
	}
	return err
}
