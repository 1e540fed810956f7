package providertest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func replyClauses() []clause {
	return []clause{
		{"each documented code proves its class", documented, nil},
		{"a documented code under another status proves nothing", elsewhere, nil},
		{"a code that is not documented proves nothing", undocumented, nil},
		{"an answer that cannot be read proves nothing", unreadable, nil},
		{"an answer about another payment or another refund is not taken for ours", mixedUp, nil},
		{"an answer with another amount or in another currency is not taken for ours", twisted, nil},
		{"a router's 404 is no answer to what we asked", routers404, nil},
		{"refused credentials are denied and name no secret", deniedCredentials, nil},
		{"a refusal of the provider's own accord is rejected", refused, (*lab).refunds},
	}
}

// answers forges the answer to every call that matters.
func (l *lab) answers(status int, body string) {
	l.line.forge = func(req *http.Request) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
			Body: io.NopCloser(strings.NewReader(body))}
	}
}

func (l *lab) refusalBody(code string) string { return l.refusalSaying(code, "Solicitud rechazada") }

func (l *lab) refusalSaying(code, text string) string {
	if l.subject.Refusal != nil {
		return l.subject.Refusal(code, text)
	}
	quoted, _ := json.Marshal(code)
	said, _ := json.Marshal(text)
	return `{"code":` + string(quoted) + `,"message":` + string(said) + `,"data":[]}`
}

func documented(l *lab) {
	claims := map[provider.Class]disbursement.Claim{
		provider.Rejected: disbursement.ClaimRejected,
		provider.Denied:   disbursement.ClaimDenied,
		provider.Limited:  disbursement.ClaimNotApplied,
		provider.Short:    disbursement.ClaimShort,
	}
	try := l.attempt()
	for _, c := range l.subject.Codes {
		if c.Source == "" || c.Means == "" {
			l.Errorf("%d %s has no source or no meaning", c.Status, c.Code)
		}
		l.answers(c.Status, l.refusalBody(c.Code))
		if got := try(); got != claims[c.Class] {
			l.Errorf("%d %s claims %q, want %q", c.Status, c.Code, got, claims[c.Class])
		}
		l.line.forge = nil
		l.again() // lets a token that was given up come back
	}
}

// attempt is a call that hands something over, and what its answer claims: a refund, or a voucher where there are none.
func (l *lab) attempt() func() disbursement.Claim {
	if l.refunds() {
		d := l.refund("rf_1")
		return func() disbursement.Claim { return l.client.Submit(l.ctx, d).Claim }
	}
	p := l.voucher("pay_2")
	return func() disbursement.Claim {
		_, err := l.client.CreatePayment(l.ctx, p)
		switch provider.ClassOf(err) {
		case provider.Rejected:
			return disbursement.ClaimRejected
		case provider.Denied:
			return disbursement.ClaimDenied
		case provider.NotSent, provider.Limited:
			return disbursement.ClaimNotApplied
		case provider.Short:
			return disbursement.ClaimShort
		}
		return disbursement.ClaimUnknown
	}
}

// again makes a sound call.
func (l *lab) again() {
	if l.asked() {
		l.client.Status(l.ctx, disbursement.Disbursement{ID: "rf_1"})
		return
	}
	_, _ = l.client.ReadPayment(l.ctx, payment.Payment{ID: "pay_of_rf_1"})
}

func elsewhere(l *lab) {
	try := l.attempt()
	for _, c := range l.subject.Codes {
		for _, status := range []int{202, 301, 400, 418, 500, 503} {
			if status == c.Status {
				continue
			}
			l.answers(status, l.refusalBody(c.Code))
			if got := try(); got != disbursement.ClaimUnknown && !l.listed(status, c.Code) {
				l.Errorf("%s under %d claims %q", c.Code, status, got)
			}
		}
	}
}

// listed says that a code is documented under this status too.
func (l *lab) listed(status int, code string) bool {
	for _, c := range l.subject.Codes {
		if c.Status == status && c.Code == code {
			return true
		}
	}
	return false
}

func undocumented(l *lab) {
	try := l.attempt()
	for _, status := range []int{200, 201, 400, 401, 403, 404, 409, 410, 422, 500, 502, 503} {
		for _, body := range []string{l.refusalBody("SOMETHING_NEW"), l.refusalBody(""), `{"error":"no"}`, `{}`, `[]`, `null`} {
			l.answers(status, body)
			if got := try(); got != disbursement.ClaimUnknown {
				l.Errorf("%d %s claims %q", status, body, got)
			}
		}
	}
}

// junk is what comes back when the other side is not what we think.
func junk() map[string]string {
	return map[string]string{
		"empty":     "",
		"html":      "<html><body><h1>Bad gateway</h1></body></html>",
		"cut off":   `{"refund_id":"PER-1","status":"ACCEP`,
		"types":     `{"refund_id":7,"disbursement_id":[1],"status":{},"amount":"ten","refund_amount":true,"code":{}}`,
		"trailing":  `{"status":"ACCEPTED"} {"status":"PAID"}`,
		"ten MB":    `{"status":"` + strings.Repeat("A", 10<<20) + `"}`,
		"deep":      strings.Repeat("[", 20_000),
		"not utf-8": "\xff\xfe\x00",
	}
}

func unreadable(l *lab) {
	try, d, p := l.attempt(), disbursement.Disbursement{ID: "rf_1", Payment: "pay_of_rf_1"}, l.voucher("pay_3")
	for name, body := range junk() {
		for _, status := range []int{200, 201, 400, 404, 422} {
			l.answers(status, body)
			if got := try(); got != disbursement.ClaimUnknown {
				l.Errorf("%s with %d: submit claims %q", name, status, got)
			}
			if o := l.client.Status(l.ctx, d); o.Claim != disbursement.ClaimUnknown {
				l.Errorf("%s with %d: status claims %q", name, status, o.Claim)
			}
			for what, err := range map[string]error{"create": second(l.client.CreatePayment(l.ctx, p)),
				"read": second(l.client.ReadPayment(l.ctx, p)), "cancel": second(l.client.CancelPayment(l.ctx, p))} {
				if err == nil || provider.ClassOf(err) != provider.Unknown {
					l.Errorf("%s with %d: %s ends with %v", name, status, what, err)
				}
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func routers404(l *lab) {
	d := disbursement.Disbursement{ID: "rf_1", Payment: "pay_of_rf_1"}
	if l.refunds() {
		d = l.refund("rf_1")
	}
	l.host.Sleep(24 * time.Hour) // long past the time in which a "not found" proves nothing anyway
	for _, body := range []string{"404 page not found\n", `{"message":"no Route matched with those values"}`, `{"code":"404"}`} {
		l.answers(http.StatusNotFound, body)
		l.claims(l.client.Status(l.ctx, d), disbursement.ClaimUnknown)
		l.line.other = true // a token is at hand by now, so that it is the file's answer which is forged
		if _, err := l.client.FetchSettlement(l.ctx, calendar.On(start(), time.UTC)); err == nil || is(err, provider.ErrNotPublished) {
			l.Errorf("a router's %q is taken for %v", body, err)
		}
		l.line.other = false
	}
}

func deniedCredentials(l *lab) {
	for name := range l.subject.Account.Credentials {
		if name == "settlement_token" || slices.Contains(l.subject.Idle, name) {
			continue
		}
		account := l.subject.Account
		account.Credentials = map[string]string{}
		for n, v := range l.subject.Account.Credentials {
			account.Credentials[n] = v
		}
		account.Credentials[name] = "99999"
		if !l.refunds() {
			if _, err := l.open(account).CreatePayment(l.ctx, l.voucher("pay_"+name)); provider.ClassOf(err) != provider.Denied || strings.Contains(err.Error(), "99999") {
				l.Errorf("wrong %s: %v", name, err)
			}
			continue
		}
		o := l.open(account).Submit(l.ctx, l.refund("rf_"+name))
		l.claims(o, disbursement.ClaimDenied)
		if o.HoldReason != disbursement.HoldDenied || strings.Contains(o.Note+o.Code, "99999") {
			l.Errorf("wrong %s: %+v", name, o)
		}
	}
}

func refused(l *lab) {
	d := l.refund("rf_1")
	l.hit(simnet.Reject, simnet.OpDisbursement)
	o := l.client.Submit(l.ctx, d)
	l.claims(o, disbursement.ClaimRejected)
	if o.Code == "" || o.Note == "" || l.live("rf_1") != 0 {
		l.Errorf("rejected as %+v with %d live", o, l.live("rf_1"))
	}
}

// taped makes a call and keeps what the provider answered, to be played to another.
func (l *lab) taped(call func()) (play func()) {
	var status int
	var body []byte
	l.line.forge = func(req *http.Request) *http.Response {
		resp, err := l.line.next.Do(req)
		if err != nil {
			l.Fatalf("taped: %v", err)
		}
		if status, body = resp.StatusCode, nil; resp.Body != nil {
			body, _ = io.ReadAll(resp.Body)
			resp.Body = io.NopCloser(bytes.NewReader(body))
		}
		return resp
	}
	call()
	l.line.forge = nil
	return func() { l.answers(status, string(body)) }
}

func mixedUp(l *lab) {
	if l.issues() {
		l.mixedUpVouchers()
	}
	if !l.asked() || l.subject.Nameless {
		return
	}
	mine, _ := l.submitted(l.refund("rf_1"))
	yours, _ := l.submitted(l.refund("rf_2"))
	l.move("rf_2", simnet.Complete)
	play := l.taped(func() { l.client.Status(l.ctx, yours) })
	play()
	l.claims(l.client.Status(l.ctx, mine), disbursement.ClaimUnknown)
}

func (l *lab) mixedUpVouchers() {
	l.Helper()
	other := payment.Payment{ID: "pay_2", State: payment.Pending, Order: "order-pay_2", Amount: l.subject.Price, Payer: l.canary(), ExpiresAt: l.host.Now().Add(48 * time.Hour)}
	play := l.taped(func() {
		o, err := l.client.CreatePayment(l.ctx, other)
		if err != nil {
			l.Fatalf("create: %v", err)
		}
		other = l.fold(other, o)
	})
	p := l.voucher("pay_1")
	play()
	again := payment.Payment{ID: "pay_3", State: payment.Pending, Order: "order-pay_3", Amount: l.subject.Price, Payer: l.canary(), ExpiresAt: l.host.Now().Add(48 * time.Hour)}
	if o, err := l.client.CreatePayment(l.ctx, again); err == nil && !l.subject.Anonymous {
		l.Errorf("another's voucher is taken: %+v", o)
	}
	l.line.forge = nil
	if l.client.Can(provider.CanReadPayment) {
		l.pay("pay_2", 0)
		play = l.taped(func() { _, _ = l.client.ReadPayment(l.ctx, other) })
		play()
		if o, err := l.client.ReadPayment(l.ctx, p); err == nil {
			l.Errorf("another's cash is taken: %+v", o)
		}
		l.line.forge = nil
	}
}
