package providertest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func replyClauses() []clause {
	return []clause{
		{"each documented code proves its class", documented},
		{"a documented code under another status proves nothing", elsewhere},
		{"a code that is not documented proves nothing", undocumented},
		{"an answer that cannot be read proves nothing", unreadable},
		{"a router's 404 is no answer to what we asked", routers404},
		{"refused credentials are denied and name no secret", deniedCredentials},
		{"a refusal of the provider's own accord is rejected", refused},
	}
}

// answers forges the answer to every call that matters.
func (l *lab) answers(status int, body string) {
	l.line.forge = func(req *http.Request) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
			Body: io.NopCloser(strings.NewReader(body))}
	}
}

func refusalBody(code string) string {
	quoted, _ := json.Marshal(code)
	return `{"code":` + string(quoted) + `,"message":"Solicitud rechazada","data":[]}`
}

func documented(l *lab) {
	claims := map[provider.Class]disbursement.Claim{
		provider.Rejected: disbursement.ClaimRejected,
		provider.Denied:   disbursement.ClaimDenied,
		provider.Limited:  disbursement.ClaimNotApplied,
	}
	d := l.refund("rf_1")
	for _, c := range l.subject.Codes {
		if c.Source == "" || c.Means == "" {
			l.Errorf("%d %s has no source or no meaning", c.Status, c.Code)
		}
		l.answers(c.Status, refusalBody(c.Code))
		if o := l.client.Submit(l.ctx, d); o.Claim != claims[c.Class] {
			l.Errorf("%d %s claims %q, want %q", c.Status, c.Code, o.Claim, claims[c.Class])
		}
		l.line.forge = nil
		l.client.Status(l.ctx, d) // lets a token that was given up come back
	}
}

func elsewhere(l *lab) {
	d := l.refund("rf_1")
	for _, c := range l.subject.Codes {
		for _, status := range []int{202, 301, 400, 418, 500, 503} {
			if status == c.Status {
				continue
			}
			l.answers(status, refusalBody(c.Code))
			if o := l.client.Submit(l.ctx, d); o.Claim != disbursement.ClaimUnknown {
				l.Errorf("%s under %d claims %q", c.Code, status, o.Claim)
			}
		}
	}
}

func undocumented(l *lab) {
	d := l.refund("rf_1")
	for _, status := range []int{200, 201, 400, 401, 403, 404, 409, 410, 422, 500, 502, 503} {
		for _, body := range []string{refusalBody("SOMETHING_NEW"), refusalBody(""), `{"error":"no"}`, `{}`, `[]`, `null`} {
			l.answers(status, body)
			l.claims(l.client.Submit(l.ctx, d), disbursement.ClaimUnknown)
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
	d, p := l.refund("rf_1"), l.voucher("pay_2")
	for name, body := range junk() {
		for _, status := range []int{200, 201, 400, 404, 422} {
			l.answers(status, body)
			if o := l.client.Submit(l.ctx, d); o.Claim != disbursement.ClaimUnknown {
				l.Errorf("%s with %d: submit claims %q", name, status, o.Claim)
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
	d := l.refund("rf_1")
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
		account := l.subject.Account
		account.Credentials = map[string]string{}
		for n, v := range l.subject.Account.Credentials {
			account.Credentials[n] = v
		}
		account.Credentials[name] = "99999"
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
