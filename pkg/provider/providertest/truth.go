package providertest

import (
	"slices"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func truthClauses() []clause {
	return []clause{
		{"what is said of refunds is what there is: without a road nothing is promised of one, and every ability has its route", roads, nil},
		{"a part of a payment is given back exactly where the profile says so", parts, (*lab).refunds},
		{"a payment is given back in several parts exactly where the profile says so", several, (*lab).refunds},
		{"an amount outside the stated limits of a disbursement is held and never sent", outsideDisbursementLimits, (*lab).refunds},
	}
}

// roads holds the profile against the methods.
func roads(l *lab) {
	p := l.client.Profile()
	if !l.refunds() && (p.PartialOK || p.SeveralOK || p.RefundWindow != 0 || p.Idempotent || p.PromiseFor != 0 || len(p.Routes) > 0) {
		l.Errorf("no road back, and yet partial %v, several %v, %d days, idempotent %v, routes %v", p.PartialOK, p.SeveralOK, p.RefundWindow, p.Idempotent, p.Routes)
	}
	for ability, route := range map[provider.Ability]disbursement.Route{provider.CanRefund: disbursement.Original,
		provider.CanCashRefund: disbursement.CashWithdrawal, provider.CanPay: disbursement.BankTransfer} {
		offered := slices.Contains(p.Routes, route) || (ability == provider.CanPay && len(p.Routes) > 0) // a payout may be cash
		if l.client.Can(ability) && !offered {
			l.Errorf("%s is offered, and no route of %v is its own", ability, p.Routes)
		}
	}
	for _, route := range p.Routes {
		if !l.client.CanSubmit(disbursement.Refund, route) && !l.client.CanSubmit(disbursement.Payout, route) {
			l.Errorf("nothing leaves by %s", route)
		}
	}
}

// portion is a refund of part of a payment, with an id and an amount of its own.
func (l *lab) portion(of disbursement.Disbursement, id string, minor int64) disbursement.Disbursement {
	l.Helper()
	of.ID, of.State, of.Attempts, of.History = id, disbursement.Queued, nil, nil
	of.Amount = money.New(minor, of.Amount.Currency())
	return l.sending(of)
}

func parts(l *lab) {
	d := l.refund("rf_1")
	whole := l.subject.Price.Minor()
	part := l.portion(d, "rf_2", whole/4/100*100)
	o := l.client.Submit(l.ctx, part)
	if ok := l.client.Profile().PartialOK; ok != (l.live("rf_2") == 1) || ok != (o.Claim == has()[0] || o.Claim == has()[1]) {
		l.Errorf("parts are promised: %v; %d live, the adapter says %+v", ok, l.live("rf_2"), o)
	}
	if l.client.Profile().PartialOK {
		return
	}
	o = l.client.Submit(l.ctx, l.portion(d, "rf_3", whole))
	if l.claims(o, has()...); l.live("rf_3") != 1 {
		l.Errorf("the whole is not taken either: %+v", o)
	}
}

func several(l *lab) {
	d := l.refund("rf_1")
	if !l.client.Profile().PartialOK {
		if l.client.Profile().SeveralOK {
			l.Error("several refunds are promised where not even one part is")
		}
		return
	}
	part := l.subject.Price.Minor() / 4 / 100 * 100
	for _, id := range []string{"rf_2", "rf_3"} {
		l.client.Submit(l.ctx, l.portion(d, id, part))
		l.move(id, simnet.Complete)
	}
	if ok := l.client.Profile().SeveralOK; ok != (l.live("rf_2") == 1 && l.live("rf_3") == 1) {
		l.Errorf("several are promised: %v; %d and %d live", ok, l.live("rf_2"), l.live("rf_3"))
	}
}

func outsideDisbursementLimits(l *lab) {
	d := l.refund("rf_1")
	for _, r := range l.client.Profile().Currencies {
		for _, minor := range []int64{r.Min - 1_00, r.Max + 1_00} {
			if minor == -1_00 || minor == 1_00 || r.Currency != d.Amount.Currency() {
				continue // none stated
			}
			outside := d
			outside.Amount = money.New(minor, r.Currency)
			o := l.client.Submit(l.ctx, outside)
			if l.claims(o, disbursement.ClaimDenied); o.HoldReason != disbursement.HoldUnreadable || l.line.calls != 0 {
				l.Errorf("%s is held for %q after %d calls", outside.Amount, o.HoldReason, l.line.calls)
			}
		}
	}
}
