package providertest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// bench is a lab that is kept from one input to the next, with a voucher and a refund that are about to be sent.
type bench struct {
	*lab
	voucher payment.Payment
	refund  disbursement.Disbursement
}

func newBench(t *testing.T, s Subject) *bench {
	b := &bench{lab: newLab(t, s)}
	b.voucher = b.lab.voucher("pay_1")
	b.refund = disbursement.Disbursement{ID: "rf_1", Payment: "pay_1"}
	if b.refunds() {
		b.refund = b.lab.refund("rf_1")
	}
	return b
}

// every makes each call that the provider offers.
func (b *bench) every() {
	p := payment.Payment{ID: "pay_1", State: payment.Pending, Order: "order", Amount: b.subject.Price, Payer: b.canary(), ExpiresAt: b.voucher.ExpiresAt}
	if o, err := b.client.CreatePayment(b.ctx, p); err == nil && (o.Claim != payment.ClaimVoucher || o.Voucher.Code == "" || o.Evidence == "") {
		b.Errorf("a voucher without a code: %+v", o)
	}
	if o, err := b.client.ReadPayment(b.ctx, b.voucher); err == nil && o.Claim == payment.ClaimPaid && (o.Minor <= 0 || o.TransactionID == "" || o.Evidence == "") {
		b.Errorf("cash out of nothing: %+v", o)
	}
	if o, err := b.client.CancelPayment(b.ctx, b.voucher); err == nil && o.Claim == "" {
		b.Errorf("cancelled into nothing: %+v", o)
	}
	for _, o := range []disbursement.Observation{b.client.Submit(b.ctx, b.refund), b.client.Status(b.ctx, b.refund)} {
		switch o.Claim {
		case disbursement.ClaimAccepted, disbursement.ClaimCollectable, disbursement.ClaimPaid, disbursement.ClaimReturned, disbursement.ClaimVoided:
			if o.Reference == "" {
				b.Errorf("a claim about nothing: %+v", o)
			}
		case disbursement.ClaimNotFound:
			b.Errorf("not found as soon as it was sent: %+v", o)
		}
	}
}

// FuzzReplies answers every call with the input. It starts from what the simulated providers really say.
func FuzzReplies(f *testing.F, subjects []Subject) {
	for which, s := range subjects {
		t := &testing.T{}
		b := newBench(t, s)
		for _, body := range bodiesOf(b) {
			f.Add(uint8(which), 200, false, body)
		}
		for _, body := range []string{"<html>", "{", "[]", "null", `{"code":1e999}`, b.refusalBody("X")} {
			f.Add(uint8(which), 400, true, []byte(body))
		}
	}
	benches := make([]*bench, len(subjects))
	f.Fuzz(func(t *testing.T, which uint8, status int, tokens bool, body []byte) {
		n := int(which) % len(subjects)
		if benches[n] == nil {
			benches[n] = newBench(t, subjects[n])
		}
		b := benches[n]
		b.T, b.line.other = t, tokens
		b.answers(100+((status%500)+500)%500, string(body))
		b.every()
		b.line.forge = nil
	})
}

// bodiesOf are the bodies with which the simulated provider answers each call.
func bodiesOf(b *bench) (bodies [][]byte) {
	b.line.other = true
	b.line.forge = func(req *http.Request) *http.Response {
		resp, err := b.line.next.Do(req)
		if err != nil {
			return nil
		}
		body, _ := io.ReadAll(resp.Body)
		bodies = append(bodies, body)
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp
	}
	b.every()
	return bodies
}

// FuzzSettlement reads the input as a settlement file. It starts from the file of a simulated day.
func FuzzSettlement(f *testing.F, subjects []Subject) {
	for which, s := range subjects {
		b := newBench(&testing.T{}, s)
		b.pay("pay_1", 0)
		if b.refunds() {
			b.submitted(b.refund)
		}
		_, settles, err := b.network.Close(calendar.On(b.host.Now(), calendar.Colombia().Zone()))
		if err != nil {
			f.Fatal(err)
		}
		file, err := b.client.FetchSettlement(b.ctx, settles)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(which), file.Body)
		f.Add(uint8(which), []byte(s.BadLines))
	}
	benches := make([]*bench, len(subjects))
	f.Fuzz(func(t *testing.T, which uint8, file []byte) {
		n := int(which) % len(subjects)
		if benches[n] == nil {
			benches[n] = newBench(t, subjects[n])
		}
		line := 0
		for row, err := range benches[n].client.ReadSettlement(bytes.NewReader(file)) {
			if err != nil {
				break
			}
			if row.Line <= line {
				t.Fatalf("line %d after line %d", row.Line, line)
			}
			line = row.Line
			if row.Unreadable == "" && whole(row) != "" {
				t.Fatalf("a readable row %s: %+v", whole(row), row)
			}
		}
	})
}

// whole says what a readable row lacks; empty if nothing.
func whole(row settlement.Row) string {
	switch {
	case row.Type == "":
		return "without a type"
	case len(row.Currency) != 3 || strings.ToUpper(string(row.Currency)) != string(row.Currency):
		return "without a currency"
	case row.At.IsZero():
		return "without an instant"
	case row.Raw == "":
		return "without its text"
	}
	return ""
}
