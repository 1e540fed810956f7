package provider

import (
	"errors"
	"sync"

	"github.com/vuelto/vuelto/pkg/disbursement"
)

// tally is what calls of one ability came to.
type tally struct{ calls, bad int }

// tallies are what one instance has seen and not yet told the breaker.
type tallies struct {
	mu   sync.Mutex // never held during a call
	seen map[Ability]tally
}

// count notes how a call ended. What was never called, and what the provider refused by a documented code, says that it works.
func (t *tallies) count(a Ability, err error) {
	one := tally{calls: 1}
	switch {
	case errors.Is(err, ErrUnsupported), errors.Is(err, ErrUntold), errors.Is(err, ErrDetails), errors.Is(err, ErrDoesNotFit):
		return
	case err != nil && !errors.Is(err, ErrNoSuchDisbursement) && !errors.Is(err, ErrNoSuchPayment) && ClassOf(err) != Rejected && ClassOf(err) != Short:
		one.bad = 1
	}
	t.add(a, one)
}

func (t *tallies) add(a Ability, more tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[Ability]tally{}
	}
	was := t.seen[a]
	t.seen[a] = tally{was.calls + more.calls, was.bad + more.bad}
}

// take gives what was seen since the last time.
func (t *tallies) take(a Ability) tally {
	t.mu.Lock()
	defer t.mu.Unlock()
	seen := t.seen[a]
	delete(t.seen, a)
	return seen
}

// Handing is the ability that hands a disbursement over, where the client has a road for it.
func Handing(kind disbursement.Kind, route disbursement.Route) Ability {
	switch {
	case kind == disbursement.Payout, route == disbursement.BankTransfer:
		return CanPay
	case route == disbursement.CashWithdrawal:
		return CanCashRefund
	}
	return CanRefund
}
