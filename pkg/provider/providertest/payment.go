package providertest

import (
	"errors"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func paymentClauses() []clause {
	return []clause{
		{"a voucher has a code and the deadline asked for", voucherHasCode, (*lab).issues},
		{"webhook and poll tell one receipt by one transaction id", oneReceipt, (*lab).issues},
		{"less, more, late and twice are receipts of their own, with what was paid", receipts, (*lab).issues},
		{"an unpaid voucher ends by itself", ends, can(provider.CanReadPayment)},
		{"an unpaid voucher can be withdrawn", withdrawn, can(provider.CanCancelPayment)},
		{"withdrawing after cash came tells of the cash", withdrawnLate, can(provider.CanCancelPayment)},
		{"a deadline that is moved revives the voucher", extended, (*lab).issues},
		{"a voucher outside the stated limits is never asked for", outsideLimits, (*lab).issues},
		{"a payment nobody knows is named so", nobodyKnows, can(provider.CanReadPayment)},
		{"creating a payment that fails tells what is proven", creatingFails, (*lab).issues},
	}
}

func voucherHasCode(l *lab) {
	p := l.voucher("pay_1")
	if p.Voucher.Code == "" || !p.Voucher.ExpiresAt.Equal(l.deadline(p)) || !p.Voucher.ExpiresAt.After(l.host.Now()) {
		l.Errorf("voucher %+v, asked for %s", p.Voucher, p.ExpiresAt)
	}
	if !l.client.Can(provider.CanReadPayment) {
		return
	}
	o, err := l.client.ReadPayment(l.ctx, p)
	if err != nil || o.Claim != payment.ClaimPending {
		l.Errorf("an unpaid voucher reads %+v, %v", o, err)
	}
}

// deadline is the one asked for, or the end of its day where the provider counts by days.
func (l *lab) deadline(p payment.Payment) time.Time {
	switch {
	case l.subject.OwnDeadline:
		return p.Voucher.ExpiresAt
	case !l.subject.Days:
		return p.ExpiresAt
	}
	country, err := calendar.ByNetwork(l.subject.Account.Network)
	if err != nil {
		l.Fatal(err)
	}
	return calendar.On(p.ExpiresAt, country.Zone()).AddDays(1).Start(country.Zone()).Add(-time.Second)
}

func oneReceipt(l *lab) {
	p := l.paid("pay_1")
	for _, f := range l.facts("pay_1") {
		if f.Reference != p.Voucher.Code && !l.subject.TheirRefs {
			l.Errorf("the webhook names %q, the voucher is %q", f.Reference, p.Voucher.Code)
		}
		p = l.fold(p, *f.Payment)
	}
	if len(l.host.Heard) == 0 || len(p.Receipts) != 1 || p.PaidMinor() != l.subject.Price.Minor() || p.Situation() != payment.Usual {
		l.Errorf("%d callbacks, receipts %+v, situation %s", len(l.host.Heard), p.Receipts, p.Situation())
	}
}

func receipts(l *lab) {
	price := l.subject.Price.Minor()
	for name, c := range map[string]struct {
		pays []int64
		late bool
		want payment.Situation
	}{
		"less":  {pays: []int64{price - 100}, want: payment.Underpaid},
		"more":  {pays: []int64{price + 100}, want: payment.Overpaid},
		"late":  {pays: []int64{0}, late: true, want: payment.PaidLate},
		"twice": {pays: []int64{0, 0}, want: payment.PaidTwice},
	} {
		if l.subject.Exact && !c.late {
			continue
		}
		world := newLab(l.T, l.subject)
		p := world.voucher("pay_1")
		if c.late {
			world.host.Sleep(p.Deadline().Sub(world.host.Now()) + time.Hour)
		}
		var sum int64
		for _, minor := range c.pays {
			world.pay("pay_1", minor)
			if minor == 0 {
				minor = price
			}
			sum += minor
		}
		for _, f := range world.facts("pay_1") {
			p = world.fold(p, *f.Payment)
		}
		if p.PaidMinor() != sum || len(p.Receipts) != len(c.pays) || p.Situation() != c.want {
			l.Errorf("%s: paid %d of %d in %d receipts, situation %s", name, p.PaidMinor(), sum, len(p.Receipts), p.Situation())
		}
	}
}

func ends(l *lab) {
	p := l.voucher("pay_1")
	l.host.Sleep(p.Deadline().Sub(l.host.Now()) + time.Second)
	o, err := l.client.ReadPayment(l.ctx, p)
	if err != nil || o.Claim != payment.ClaimExpired {
		l.Errorf("a voucher past its deadline reads %+v, %v", o, err)
	}
}

func withdrawn(l *lab) {
	p := l.voucher("pay_1")
	o, err := l.client.CancelPayment(l.ctx, p)
	if err != nil || o.Claim != payment.ClaimCancelled {
		l.Errorf("cancel: %+v, %v", o, err)
	}
	if o, err = l.client.ReadPayment(l.ctx, p); err != nil || o.Claim != payment.ClaimCancelled {
		l.Errorf("a withdrawn voucher reads %+v, %v", o, err)
	}
}

func withdrawnLate(l *lab) {
	p := l.voucher("pay_1")
	l.pay("pay_1", 0)
	o, err := l.client.CancelPayment(l.ctx, p)
	if err != nil || o.Claim != payment.ClaimPaid || o.Minor != l.subject.Price.Minor() || o.TransactionID == "" {
		l.Errorf("cancel after cash: %+v, %v", o, err)
	}
}

func extended(l *lab) {
	if !l.client.Can(provider.CanExtendPayment) {
		l.Skip("not offered")
	}
	p := l.voucher("pay_1")
	l.host.Sleep(49 * time.Hour)
	until := l.host.Now().Add(24 * time.Hour)
	o, err := l.client.ExtendPayment(l.ctx, p, until)
	if err != nil || o.Claim != payment.ClaimPending || !o.Voucher.ExpiresAt.Equal(until) {
		l.Fatalf("extend: %+v, %v", o, err)
	}
	if o, err = l.client.ReadPayment(l.ctx, p); err != nil || o.Claim != payment.ClaimPending {
		l.Errorf("an extended voucher reads %+v, %v", o, err)
	}
	again := until.Add(24 * time.Hour)
	if _, err = l.client.ExtendPayment(l.ctx, p, again); err != nil {
		l.Fatalf("extend while pending: %v", err)
	}
	l.host.Sleep(25 * time.Hour)
	if o, err = l.client.ReadPayment(l.ctx, p); err != nil || o.Claim != payment.ClaimPending {
		l.Errorf("past the deadline it had before it reads %+v, %v", o, err)
	}
	l.host.Sleep(24 * time.Hour)
	if o, err = l.client.ReadPayment(l.ctx, p); err != nil || o.Claim != payment.ClaimExpired {
		l.Errorf("past its new deadline it reads %+v, %v", o, err)
	}
}

func nobodyKnows(l *lab) {
	p := l.voucher("pay_1")
	p.ID, p.Voucher.Code, p.History = "pay_9", "99999999", nil
	want := provider.ErrNoSuchPayment
	if l.subject.TheirRefs {
		want = provider.ErrUnsupported // there is nothing to ask by
	}
	if _, err := l.client.ReadPayment(l.ctx, p); !is(err, want) {
		l.Errorf("read: %v", err)
	}
}

func creatingFails(l *lab) {
	p := l.voucher("pay_1")
	for kind, want := range map[simnet.Kind]provider.Class{
		simnet.TimeoutBefore: provider.Unknown, simnet.TimeoutAfter: provider.Unknown, simnet.Broken500: provider.Unknown,
		simnet.Malformed: provider.Unknown, simnet.Outage: provider.NotSent, simnet.Reject: provider.Rejected,
	} {
		if kind == simnet.Reject && !l.subject.Codes.Rejects() {
			want = provider.Unknown // no refusal is documented, so that none proves anything
		}
		p.ID = "pay_" + string(kind)
		l.hit(kind, simnet.OpPayment)
		if _, err := l.client.CreatePayment(l.ctx, p); err == nil || provider.ClassOf(err) != want {
			l.Errorf("%s: %v, want class %s", kind, err, want)
		}
	}
}

func outsideLimits(l *lab) {
	for _, r := range l.client.Profile().Currencies {
		for _, minor := range []int64{r.PayMin - 1_00, r.PayMax + 1_00} {
			if minor == -1_00 || minor == 1_00 {
				continue // none stated
			}
			p := payment.Payment{ID: "pay_1", State: payment.Pending, Order: "order", Amount: money.New(minor, r.Currency), Payer: l.canary(),
				ExpiresAt: l.host.Now().Add(48 * time.Hour)}
			calls := 0
			l.line.other = true
			l.line.forge = func(*http.Request) *http.Response { calls++; return nil }
			if o, err := l.client.CreatePayment(l.ctx, p); !errors.Is(err, provider.ErrDoesNotFit) || calls > 0 {
				l.Errorf("a voucher over %s: %+v, %v, after %d calls", p.Amount, o, err, calls)
			}
		}
	}
}
