package decide

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// Matter is what a further leg comes to, with what was decided about it. Nothing of a leg is stored but the decisions: it is computed anew
// from what is known, and a decision about other numbers counts no more.
type Matter struct {
	ID       string
	Mark     string
	Bank     *BankLeg // of one of the two it is
	Shop     *order.Leg
	Country  calendar.Country
	Decision discrepancy.Decision

	open     bool   // it is a difference
	account  string // whose store's limit counts; empty = the highest
	currency money.Currency
	gap      int64 // what differs, in minor units
	priced   bool  // gap is what bearing it costs
	sided    bool  // something is on both sides
}

// Standing is where it stands now.
func (x Matter) Standing(today calendar.Date) discrepancy.Standing {
	return x.Decision.Stands(x.Mark, today, false)
}

// Today is the day where the matter is.
func (x Matter) Today(d *Decider) calendar.Date { return calendar.On(d.Now(), x.Country.Zone()) }

func ofBank(tenant string, l BankLeg) Matter {
	x := Matter{ID: l.ID(tenant), Mark: l.Mark(), Bank: &l, Country: l.Country, open: l.Class != "", currency: l.Currency, gap: l.Actual - l.Expected,
		priced: l.Class != settlement.CurrencyMismatch, sided: len(l.Owed) > 0 && len(l.Came) > 0}
	if len(l.Owed) > 0 {
		x.account = l.Owed[0].Account
	} else {
		x.account = l.Came[0].Account
	}
	return x
}

// Matters are the legs of a span with what was decided about them.
func (d *Decider) Matters(ctx context.Context, tenant string, from, to calendar.Date) ([]Matter, error) {
	legs, err := d.BankLegs(ctx, tenant, from, to)
	if err != nil {
		return nil, err
	}
	var list []Matter
	for _, l := range legs {
		list = append(list, ofBank(tenant, l))
	}
	return list, d.decidedAbout(ctx, tenant, list)
}

// decidedAbout adds to each matter the decision about it.
func (d *Decider) decidedAbout(ctx context.Context, tenant string, list []Matter) error {
	if len(list) == 0 {
		return nil
	}
	first, last := list[0].ID, list[0].ID
	for _, x := range list {
		first, last = min(first, x.ID), max(last, x.ID)
	}
	found := map[string]discrepancy.Decision{}
	q := store.Query{PK: discrepancy.LegPartition(tenant), From: first, To: last, Limit: 1000}
	for {
		page, err := d.Store.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			if found[r.Key.SK], err = discrepancy.Decode(tenant, r); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	for i, x := range list {
		list[i].Decision = discrepancy.Decision{Tenant: tenant, ID: x.ID}
		if decision, ok := found[x.ID]; ok {
			list[i].Decision = decision
		}
	}
	return nil
}

// Matter finds one by its id. Error: ErrNotFound.
func (d *Decider) Matter(ctx context.Context, m merchant.Merchant, id string) (Matter, error) {
	var list []Matter
	day, ok := settlement.LegDay(settlement.LegPrefix, id)
	var err error
	if ok {
		list, err = d.Matters(ctx, m.ID, day, day)
	} else if day, ok = settlement.LegDay(order.Prefix, id); ok {
		list, _, err = d.ShopMatters(ctx, m, Span{From: day, To: day, Only: id})
	} else {
		return Matter{}, fmt.Errorf("%w: no such leg", ErrNotFound)
	}
	if err != nil {
		return Matter{}, err
	}
	for _, x := range list {
		if x.ID == id {
			return x, nil
		}
	}
	return Matter{}, fmt.Errorf("%w: no such leg any more", ErrNotFound)
}

// MoveMatter does something about a difference of a further leg, as Move does about a break. Nothing of it moves money in the books. Errors:
// ErrNotFound, ErrLimit, discrepancy.ErrDecided, discrepancy.ErrMove, store.ErrBusy.
func (d *Decider) MoveMatter(ctx context.Context, m merchant.Merchant, id string, move discrepancy.Move) (Matter, error) {
	for range tries {
		x, err := d.Matter(ctx, m, id)
		switch {
		case err != nil || x.Decision.Repeats(x.Mark, move):
			return x, err
		case !x.open:
			return x, fmt.Errorf("%w: nothing differs", discrepancy.ErrMove)
		}
		linked, err := d.fitMatter(ctx, m, x, move)
		if err != nil {
			return x, err
		}
		var writes []store.Write
		for i, y := range append([]Matter{x}, linked...) {
			mine := move
			if i > 0 {
				mine.Seen = -1
			}
			next, changed, err := y.Decision.Next(y.Mark, mine, d.Now())
			if err != nil || (i == 0 && !changed) {
				return x, err
			}
			writes = append(writes, store.Put{Record: discrepancy.Encode(discrepancy.LegKey(m.ID, y.ID), next)})
			if i == 0 {
				x.Decision = next
			}
		}
		err = d.Store.Commit(ctx, writes...)
		if store.IsConflict(err) {
			continue
		}
		if err != nil {
			return x, err
		}
		x.Decision.Version++
		d.Log.InfoContext(ctx, "leg decided", "tenant", m.ID, "key", x.ID, "by", move.By, "outcome", string(move.Action)+" "+string(move.Method))
		return x, nil
	}
	return Matter{}, fmt.Errorf("%w: %s is decided about by many", store.ErrBusy, id)
}

// fitMatter holds a resolution against the difference: what it bears must be within the limit. It gives the others that it is about. Errors:
// ErrNotFound, ErrLimit, discrepancy.ErrMove.
func (d *Decider) fitMatter(ctx context.Context, m merchant.Merchant, x Matter, move discrepancy.Move) ([]Matter, error) {
	if move.Action != discrepancy.Resolve {
		return nil, nil
	}
	if len(move.Parts) > 0 || move.Method == discrepancy.Split {
		return nil, fmt.Errorf("%w: a leg has no entries to name; link it with other legs", discrepancy.ErrMove)
	}
	switch move.Method {
	case discrepancy.WriteOff, discrepancy.ForceMatch:
		if !x.priced || (move.Method == discrepancy.ForceMatch && !x.sided) {
			return nil, fmt.Errorf("%w: one side is missing, or in another currency", discrepancy.ErrMove)
		}
		return nil, within(m, x.account, money.New(max(x.gap, -x.gap), x.currency))
	case discrepancy.Link:
		return d.linkedMatters(ctx, m, x, move)
	case discrepancy.Expected:
		if today := x.Today(d); move.Until.Before(today) || today.AddDays(maxWait).Before(move.Until) {
			return nil, fmt.Errorf("%w: expected until %s, which is not from today to %d days on", discrepancy.ErrMove, move.Until, maxWait)
		}
	}
	return nil, nil
}

// linkedMatters are the others that are one matter with x: a deposit that no day accounts for with a day that no deposit shows, for example. What
// is left of their differences must be within the limit.
func (d *Decider) linkedMatters(ctx context.Context, m merchant.Merchant, x Matter, move discrepancy.Move) ([]Matter, error) {
	if len(move.With) == 0 || len(move.With) > MaxParts || slices.Contains(move.With, x.ID) {
		return nil, fmt.Errorf("%w: name 1 to %d other legs", discrepancy.ErrMove, MaxParts)
	}
	var list []Matter
	gap := x.gap
	for i, id := range move.With {
		y, err := d.Matter(ctx, m, id)
		if errors.Is(err, ErrNotFound) {
			return nil, fmt.Errorf("%w: no leg %.40s", ErrNotFound, id)
		}
		if err != nil {
			return nil, err
		}
		if slices.Contains(move.With[:i], id) || (x.Bank == nil) != (y.Bank == nil) || !y.open || !y.priced || !x.priced || y.currency != x.currency ||
			(y.Decision.Method.Final() && y.Decision.Mark == y.Mark) {
			return nil, fmt.Errorf("%w: %s comes twice, differs in nothing, is of another leg or currency, or is decided", discrepancy.ErrMove, id)
		}
		gap += y.gap
		list = append(list, y)
	}
	return list, within(m, x.account, money.New(max(gap, -gap), x.currency))
}
