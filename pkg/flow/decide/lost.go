package decide

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// lost are the writes that take back a decision which has claimed money that it can no longer settle: a corrected file came before
// the books were told, and its day, compared since, does not show the break as it was decided about. They hold as long as that
// day is as it is: should the break come again, it is open. None: the decision stands, or its day is being compared.
func (d *Decider) lost(ctx context.Context, c Case, claim store.Record, move discrepancy.Move) ([]store.Write, error) {
	pk, sk, _ := strings.Cut(string(claim.Body), "/")
	record, err := d.Store.Get(ctx, store.Key{PK: pk, SK: sk})
	if err != nil {
		return nil, err // it was written with the claim
	}
	decision, err := discrepancy.Decode(c.Day.Tenant, record)
	if err != nil {
		return nil, err
	}
	if pk != discrepancy.DayPartition(c.Day.Tenant, decision.Reconciliation) || len(decision.With) > 0 {
		return nil, nil // it counts on other days too, or for other breaks
	}
	day, err := d.Store.Get(ctx, reconciliation.Key(c.Day.Tenant, decision.Reconciliation))
	if err != nil {
		return nil, err
	}
	rec, err := reconciliation.Decode(day)
	if err != nil || rec.Due != 0 {
		return nil, err
	}
	found, err := rec.Sheet.Find(ctx, d.Files, decision.ID)
	if err == nil && found.Mark() == decision.Mark {
		return nil, nil
	}
	if err != nil && !errors.Is(err, discrepancy.ErrNone) {
		return nil, err
	}
	decision.History = append(slices.Clone(decision.History), discrepancy.Step{At: calendar.Millis(d.Now()), By: move.By, Role: move.Role, Action: discrepancy.Reopen, Mark: decision.Mark,
		Reason: "it never reached the books; " + c.Break.ID + " decides about the money"})
	decision.Status, decision.Method, decision.Mark = discrepancy.Open, "", ""
	return []store.Write{store.Put{Record: discrepancy.Encode(record.Key, decision)}, store.Put{Record: day}}, nil
}

// once adds writes to others, but none to a record that is written already.
func once(writes, more []store.Write) []store.Write {
	for _, w := range more {
		if !slices.ContainsFunc(writes, func(x store.Write) bool { return store.KeyOf(x) == store.KeyOf(w) }) {
			writes = append(writes, w)
		}
	}
	return writes
}
