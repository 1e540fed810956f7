package request

import (
	"context"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

// Today is the local day by which a merchant's rules begin: both countries keep one time.
func Today(now time.Time) calendar.Date { return calendar.On(now, calendar.Colombia().Zone()) }

// SetRules adds rules that the caller has validated. The history entry, written once, is what makes a number unique; the
// merchant's record carries those that are needed from today on. Error: ErrRulesMoved.
func (r *Requester) SetRules(ctx context.Context, c Caller, rules merchant.Rules) (merchant.Rules, error) {
	record, err := r.Store.Get(ctx, merchant.Key(c.Merchant.ID))
	if err != nil {
		return rules, err
	}
	m, err := merchant.Decode(record)
	if err != nil {
		return rules, err
	}
	rules.Number, rules.SetBy, rules.SetAt = 1, c.Key.Person, r.Now().UTC()
	for _, x := range m.Rules {
		rules.Number = max(rules.Number, x.Number+1)
	}
	err = r.Store.Commit(ctx, store.Put{Record: merchant.EncodeRules(m.ID, rules)},
		store.Put{Record: merchant.Encode(m.WithRules(rules, Today(rules.SetAt)), record.Version)})
	if store.IsConflict(err) {
		return rules, ErrRulesMoved
	}
	return rules, busy(err)
}
