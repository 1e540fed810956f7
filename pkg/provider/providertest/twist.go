package providertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// otherAmount puts a seven wherever an answer repeats the amount.
func otherAmount(body string, of money.Amount) string {
	// A member's value that is a number, or a text of one.
	number := regexp.MustCompile(`(:\s*"?)([0-9]+(?:\.[0-9]+)?)("?\s*[,}\]])`)
	return number.ReplaceAllStringFunc(body, func(member string) string {
		parts := number.FindStringSubmatch(member)
		if minor, err := provider.Minor(json.Number(parts[2]), of.Currency()); err != nil || minor != of.Minor() {
			return member
		}
		return parts[1] + "7" + parts[3]
	})
}

// otherCurrency puts dollars wherever an answer names the currency.
func otherCurrency(body string, of money.Amount) string {
	return strings.ReplaceAll(body, `"`+string(of.Currency())+`"`, `"USD"`)
}

// twist changes the answers to calls about money on their way to us, and counts those that it changed.
func (l *lab) twist(of money.Amount, change func(string, money.Amount) string) (changed *int) {
	changed = new(int)
	l.line.forge = func(req *http.Request) *http.Response {
		resp, err := l.line.next.Do(req)
		if err != nil {
			l.Fatalf("twist: %v", err)
		}
		var body []byte
		if resp.Body != nil {
			body, _ = io.ReadAll(resp.Body)
		}
		other := []byte(change(string(body), of))
		if !bytes.Equal(other, body) {
			*changed++
		}
		resp.Body = io.NopCloser(bytes.NewReader(other))
		return resp
	}
	return changed
}

// twisted: whatever an answer repeats of the amount must be what we asked for. What it does not repeat cannot be held
// against it, but every provider whose answer to a new voucher names our reference names its sum as well.
func twisted(l *lab) {
	for what, change := range map[string]func(string, money.Amount) string{"amount": otherAmount, "currency": otherCurrency} {
		world := newLab(l.T, l.subject)
		changed := world.twist(l.subject.Price, change)
		p := payment.Payment{ID: "pay_1", State: payment.Pending, Order: "order", Amount: l.subject.Price, Payer: l.canary(), ExpiresAt: world.host.Now().Add(48 * time.Hour)}
		if o, err := world.client.CreatePayment(world.ctx, p); *changed > 0 && (err == nil || provider.ClassOf(err) != provider.Unknown) {
			l.Errorf("a voucher of another %s is taken: %+v, %v", what, o, err)
		}
		if what == "amount" && *changed == 0 && !l.subject.Anonymous {
			l.Error("the answer to a new voucher does not repeat its amount")
		}
		if what == "currency" && l.client.Can(provider.CanReadPayment) { // another amount may well be what was paid
			world = newLab(l.T, l.subject)
			p = world.voucher("pay_1")
			world.pay("pay_1", 0)
			changed = world.twist(l.subject.Price, change)
			if o, err := world.client.ReadPayment(world.ctx, p); *changed > 0 && (err == nil || provider.ClassOf(err) != provider.Unknown) {
				l.Errorf("cash of another %s is taken: %+v, %v", what, o, err)
			}
		}
		if l.refunds() {
			l.twistedRefund(what, change)
		}
	}
}

func (l *lab) twistedRefund(what string, change func(string, money.Amount) string) {
	world := newLab(l.T, l.subject)
	d := world.refund("rf_1")
	changed := world.twist(l.subject.Part, change)
	if o := world.client.Submit(world.ctx, d); *changed > 0 && o.Claim != disbursement.ClaimUnknown {
		l.Errorf("a refund of another %s is taken: %+v", what, o)
	}
	if !l.asked() {
		return
	}
	world = newLab(l.T, l.subject)
	d, _ = world.submitted(world.refund("rf_1"))
	changed = world.twist(l.subject.Part, change)
	if o := world.client.Status(world.ctx, d); *changed > 0 && o.Claim != disbursement.ClaimUnknown {
		l.Errorf("the standing of a refund of another %s is taken: %+v", what, o)
	}
}
