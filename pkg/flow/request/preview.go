package request

import (
	"context"
	"errors"
	"fmt"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// Check is one rule that a refund was held against.
type Check struct {
	Rule   string
	Passes bool
	Says   string
}

// Preview is what would happen to a refund if it were asked for now.
type Preview struct {
	Refund  disbursement.Disbursement // as it would be accepted, if it were
	Refused error                     // the decision it would meet; nil if it would be accepted
	Rules   int
	Checks  []Check
}

// Preview explains a refund without asking for it: the same code decides, and nothing is written. Another request may be
// quicker: what is free now is reserved only by the refund itself. Error: what keeps it from being explained at all.
func (r *Requester) Preview(ctx context.Context, q Refund) (Preview, error) {
	var out Preview
	p, err := r.paymentOf(ctx, q)
	if err != nil {
		return out, err
	}
	note := func(rule string, passes bool, format string, args ...any) {
		out.Checks = append(out.Checks, Check{rule, passes, fmt.Sprintf(format, args...)})
	}
	t, refusal := r.draft(ctx, q, p)
	out.Refund, out.Rules = t.d, t.rules.Number
	for _, v := range t.choice.Verdicts {
		note("road "+string(v.Road.Route)+" by "+v.Road.Account, v.Obstacle == disbursement.Clear, "%s", v.Says)
	}
	if refusal != nil {
		note("request", false, "%v", refusal)
	}
	if t.d.NeedsRole != "" {
		note("approval", true, "%s must agree: %s", t.d.NeedsRole, t.approval)
	}
	minor := q.Amount.Minor()
	if p.Free < minor && refusal == nil {
		refusal = ErrExceeds
	}
	note("balance of the payment", p.Free >= minor, "%s is left", money.New(p.Free, p.Amount.Currency()))
	if t.d.ID != "" {
		if refusal, err = r.previewDay(ctx, t, refusal, note); err != nil {
			return out, err
		}
		_, err := r.Store.Get(ctx, disbursement.Key(t.d.Tenant, t.d.ID))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return out, err
		}
		if note("merchant_refund_id", err != nil, "%s", map[bool]string{true: "not used yet", false: "used before"}[err != nil]); err == nil && refusal == nil {
			refusal = ErrMerchantRef
		}
	}
	out.Refused = refusal
	return out, nil
}

// previewDay notes how much of each of the day's sums is left.
func (r *Requester) previewDay(ctx context.Context, t plan, refusal error, note func(string, bool, string, ...any)) (error, error) {
	s := r.share(t.d.Tenant, t.d.Store, t.d.AcceptedOn, t.d.Amount.Minor(), t.caps)
	for _, c := range t.caps {
		free, err := s.left(ctx, c)
		if err != nil {
			return refusal, err
		}
		fits := free >= t.d.Amount.Minor()
		note(c.What, fits, "%s of %s is left", money.New(free, t.d.Amount.Currency()), money.New(c.Limit, t.d.Amount.Currency()))
		if !fits && refusal == nil {
			refusal = ErrLimit
		}
	}
	if why := t.rules.StoppedAt(t.d.Network, t.d.Provider, t.d.Account); why != "" {
		note("kill-switch", true, "accepted, and handed over once it is lifted: %s", why)
	}
	return refusal, nil
}
