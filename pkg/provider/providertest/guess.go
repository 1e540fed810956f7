package providertest

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func guessClauses() []clause {
	return []clause{
		{"an answer of 200 with an error inside is no success", errorInside, nil},
		{"a status that is not documented is never a claim", dreamt, nil},
		{"a voucher whose answer was lost can be asked for again under its reference, and its cash is told", sameVoucher, (*lab).issues},
		{"two disbursements under one reference are never told as none, and not as the fate of the one that failed", sameReference, (*lab).asked},
		{"a delivery that comes a year late is refused where an instant is signed, and is the same evidence where none is", stale, nil},
	}
}

// marks are the ways in which a body says that all went well, each with the way in which the same body says that it did not.
func marks() [][2]string {
	return [][2]string{{`"status":"SUCCESS"`, `"status":"ERROR"`}, {`"code":"SUCCESS"`, `"code":"ERROR"`}, {`"success":true`, `"success":false`},
		{`"code":100`, `"code":166`}, {`"code":"100"`, `"code":"166"`}, {`"processingStatus":"SUCCESS"`, `"processingStatus":"FAILED"`}}
}

// errorInside plays every answer of the network itself, saying that it is an error, and every refusal under a good status.
func errorInside(l *lab) {
	spoil := func(body string, _ money.Amount) string {
		for _, m := range marks() {
			body = strings.ReplaceAll(body, m[0], m[1])
		}
		return body
	}
	changed := 0
	for _, call := range l.calls() {
		world := newLab(l.T, l.subject)
		ask := call.ready(world)
		twisted := world.twist(world.subject.Price, spoil)
		if good := ask(); good && *twisted > 0 {
			l.Errorf("%s: an answer of 200 that says it is an error is a success", call.name)
		}
		changed += *twisted
	}
	if l.subject.ErrorsInside && changed == 0 {
		l.Error("no answer of the network says whether it is an error")
	}
	l.refusalsWithin200()
}

func (l *lab) refusalsWithin200() {
	l.Helper()
	codes := []string{"SOMETHING_NEW", "166", "ERROR", "500"}
	for _, c := range l.subject.Codes {
		codes = append(codes, c.Code)
	}
	for _, call := range l.calls() {
		ask := call.ready(l)
		for _, code := range codes {
			for _, status := range []int{http.StatusOK, http.StatusCreated} {
				l.answers(status, l.refusalBody(code))
				if ask() {
					l.Errorf("%s: %d with the error %s inside is a success", call.name, status, code)
				}
			}
		}
		l.line.forge = nil
	}
}

// call is one thing to ask of a provider in a world; what ready returns says whether a success came back.
type call struct {
	name  string
	ready func(*lab) (ask func() bool)
}

const (
	aNewVoucher = "a new voucher"
	cash        = "reading a payment"
)

// calls are all that this provider offers.
func (l *lab) calls() []call {
	asks := []call{{aNewVoucher, func(w *lab) func() bool {
		p := payment.Payment{ID: "pay_n", State: payment.Pending, Order: "order", Amount: w.subject.Price, Payer: w.canary(), ExpiresAt: w.host.Now().Add(48 * time.Hour)}
		w.again()
		return func() bool { _, err := w.client.CreatePayment(w.ctx, p); return err == nil }
	}}}
	if l.client.Can(provider.CanReadPayment) {
		asks = append(asks, call{"reading an unpaid voucher", func(w *lab) func() bool {
			p := w.voucher("pay_u")
			return func() bool { _, err := w.client.ReadPayment(w.ctx, p); return err == nil }
		}}, call{cash, func(w *lab) func() bool {
			p := w.paid("pay_r")
			return func() bool { _, err := w.client.ReadPayment(w.ctx, p); return err == nil }
		}})
	}
	if l.client.Can(provider.CanCancelPayment) {
		asks = append(asks, call{"withdrawing a voucher", func(w *lab) func() bool {
			p := w.voucher("pay_c")
			return func() bool { _, err := w.client.CancelPayment(w.ctx, p); return err == nil }
		}})
	}
	good := func(o disbursement.Observation) bool {
		switch o.Claim {
		case disbursement.ClaimUnknown, disbursement.ClaimRejected, disbursement.ClaimDenied, disbursement.ClaimNotApplied, disbursement.ClaimShort:
			return false
		}
		return true
	}
	if l.refunds() {
		asks = append(asks, call{"a refund", func(w *lab) func() bool {
			d := w.refund("rf_n")
			return func() bool { return good(w.client.Submit(w.ctx, d)) }
		}})
	}
	if l.asked() {
		asks = append(asks, call{"how a refund stands", func(w *lab) func() bool {
			d, _ := w.submitted(w.refund("rf_s"))
			w.move("rf_s", simnet.Complete)
			return func() bool { return good(w.client.Status(w.ctx, d)) }
		}})
	}
	return asks
}

// dream puts a word, or a number, that nobody documents wherever a body says a word of the provider's.
func dream(words provider.Words) func(string, money.Amount) string {
	member := regexp.MustCompile(`("[A-Za-z_]*(?:status|state|event|eventType|type|statusName)":\s*)("[^"]*"|[0-9]+)`)
	return func(body string, _ money.Amount) string {
		return member.ReplaceAllStringFunc(body, func(m string) string {
			parts := member.FindStringSubmatch(m)
			word := strings.TrimSuffix(strings.Trim(parts[2], `"`), ".")
			_, as := words.Of(word)
			_, lower := words.Of(strings.ToLower(word))
			_, event := words.Of(strings.ToUpper(word[strings.LastIndex(word, ".")+1:]))
			if !as && !lower && !event {
				return m
			}
			if parts[2][0] == '"' && strings.Trim(word, "0123456789") != "" {
				return parts[1] + `"DREAMT"`
			}
			return parts[1] + "987"
		})
	}
}

func dreamt(l *lab) {
	change, changed := dream(l.subject.Words), 0
	for _, call := range l.calls() {
		if call.name == aNewVoucher || (call.name == cash && l.subject.Dated) {
			continue // beside a voucher's code, or the date of its payment, the word is not needed
		}
		world := newLab(l.T, l.subject)
		ask := call.ready(world)
		twisted := world.twist(world.subject.Price, change)
		if ask() && *twisted > 0 {
			l.Errorf("%s: a status that nobody documents is a claim", call.name)
		}
		changed += *twisted
	}
	world := newLab(l.T, l.subject)
	genuine := world.delivery()
	delivery := genuine
	delivery.Body = []byte(change(string(genuine.Body), world.subject.Price))
	if string(delivery.Body) != string(genuine.Body) {
		changed++
	}
	facts, err := world.client.Read(delivery)
	for _, f := range facts {
		if string(delivery.Body) != string(genuine.Body) && (f.Payment != nil || f.Disbursement != nil) {
			l.Errorf("%s is read as %+v", delivery.Body, f)
		}
	}
	if err != nil && !errors.Is(err, provider.ErrMalformed) {
		l.Errorf("a delivery with a status that nobody documents: %v", err)
	}
	if changed == 0 {
		l.Error("no answer and no delivery says a word that the provider's table has")
	}
}

func sameVoucher(l *lab) {
	p := payment.Payment{ID: "pay_1", State: payment.Pending, Order: "order-pay_1", Amount: l.subject.Price, Payer: l.canary(), ExpiresAt: l.host.Now().Add(48 * time.Hour)}
	l.hit(simnet.TimeoutAfter, simnet.OpPayment)
	if _, err := l.client.CreatePayment(l.ctx, p); provider.ClassOf(err) != provider.Unknown {
		l.Fatalf("a lost answer: %v", err)
	}
	if p = l.paid("pay_1"); p.PaidMinor() != p.Amount.Minor() || len(p.Receipts) != 1 {
		l.Errorf("%d of %d are read, in %d receipts", p.PaidMinor(), p.Amount.Minor(), len(p.Receipts))
	}
	told := l.made["pay_1"]
	for _, f := range l.facts("pay_1") {
		told = l.fold(told, *f.Payment)
	}
	if told.PaidMinor() != p.Amount.Minor() || len(told.Receipts) != 1 {
		l.Errorf("%d of %d are told of, in %d receipts", told.PaidMinor(), p.Amount.Minor(), len(told.Receipts))
	}
}

func sameReference(l *lab) {
	for _, failed := range []string{"neither", "the first", "the second"} {
		account := l.subject.Account
		account.Settings = map[string]string{}
		for name, value := range l.subject.Account.Settings {
			account.Settings[name] = value
		}
		account.Settings["idempotent"] = "false"
		subject := l.subject
		subject.Account = account
		world := newLab(l.T, subject)
		d := world.refund("rf_1")
		world.client.Submit(world.ctx, d)
		if failed == "the first" {
			world.move("rf_1", simnet.Fail)
		}
		world.client.Submit(world.ctx, d)
		if failed == "the second" {
			world.move("rf_1", simnet.Fail)
		}
		if world.live("rf_1") == 0 && world.client.Profile().Idempotent {
			continue // there is but one
		}
		world.host.Sleep(time.Hour)
		switch o := world.client.Status(world.ctx, d); o.Claim {
		case disbursement.ClaimNotFound, disbursement.ClaimRejected, disbursement.ClaimVoided, disbursement.ClaimReturned, disbursement.ClaimNotApplied:
			l.Errorf("%d are live (%s failed), and they are told as %+v", world.live("rf_1"), failed, o)
		}
	}
}

func stale(l *lab) {
	d := l.delivery()
	before, err := l.client.Facts(l.ctx, d)
	if err != nil {
		l.Fatal(err)
	}
	d.ReceivedAt = d.ReceivedAt.Add(365 * 24 * time.Hour)
	if err := l.client.Verify(d); l.subject.SignsTime != is(err, provider.ErrSignature) {
		l.Fatalf("signs an instant: %v; a year late: %v", l.subject.SignsTime, err)
	}
	after, err := l.client.Facts(l.ctx, d)
	if err != nil || len(after) != len(before) {
		l.Fatalf("%+v, a year later %+v, %v", before, after, err)
	}
	for i := range before {
		if keyOf(before[i]) != keyOf(after[i]) {
			l.Errorf("%q is %q a year later", keyOf(before[i]), keyOf(after[i]))
		}
	}
}
