package efecty_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/efecty"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

// script answers every call alike and remembers the last.
type script struct {
	status int
	answer string
	calls  int
	last   *http.Request
	body   string
}

func (s *script) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	s.calls, s.last, s.body = s.calls+1, req, string(body)
	return &http.Response{StatusCode: s.status, Body: io.NopCloser(strings.NewReader(s.answer)), Header: http.Header{}}, nil
}

func ten() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

func open(t testing.TB, s *script) *provider.Client {
	t.Helper()
	account := provider.Account{ID: "a", Provider: "efecty", Network: "efecty", Endpoint: "https://efecty.example",
		Credentials: map[string]string{"merchant_id": "M1", "terminal_id": "T1", "secret": "call-secret"},
		Secrets:     []string{"hook-secret"}, Settings: map[string]string{"cash_max": "300000000"}}
	host := providertest.NewHost(ten(), 1)
	adapter, err := efecty.New(account, s, host)
	if err != nil {
		t.Fatal(err)
	}
	client, err := provider.Open(adapter, account, host)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func cash() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.CashWithdrawal,
		Amount: money.New(50_000_00, money.COP), OriginalTransaction: "EFY1", Reason: "customer_return",
		Beneficiary: identity.Person{Name: "Ana Ruiz", DocumentType: "CC", DocumentNumber: "52345678"}}
}

// The signature was computed apart from this code.
func TestCallsAreSigned(t *testing.T) {
	s := &script{status: 500}
	open(t, s).Submit(context.Background(), cash())
	const want = `{"merchant_refund_id":"rf_1","transaction_id":"EFY1","amount":50000,"currency":"COP","reason_code":"customer_return",` +
		`"beneficiary":{"name":"Ana Ruiz","document_type":"CC","document_number":"52345678"}}`
	if s.body != want || s.last.URL.String() != "https://efecty.example/refunds/cash-withdrawal" {
		t.Errorf("sent %s to %s", s.body, s.last.URL)
	}
	for name, value := range map[string]string{"X-Merchant-Id": "M1", "X-Terminal-Id": "T1", "X-Timestamp": "2026-11-20T15:00:00Z",
		"X-Signature": "0bddeae66d13d7e00f55d8fa3a985bae5151966491aced03302fb7aed6fe3bdd"} {
		if got := s.last.Header.Get(name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
}

func TestCashNeedsAPersonWithADocument(t *testing.T) {
	for name, spoil := range map[string]func(*disbursement.Disbursement){
		"no name":        func(d *disbursement.Disbursement) { d.Beneficiary.Name = "" },
		"no document":    func(d *disbursement.Disbursement) { d.Beneficiary.DocumentNumber = "" },
		"no transaction": func(d *disbursement.Disbursement) { d.OriginalTransaction = "" },
	} {
		s, d := &script{status: 500}, cash()
		spoil(&d)
		o := open(t, s).Submit(context.Background(), d)
		if o.HoldReason != disbursement.HoldDetails || s.calls != 0 {
			t.Errorf("%s: %+v after %d calls", name, o, s.calls)
		}
	}
}

func TestLimits(t *testing.T) {
	for minor, fits := range map[int64]bool{9_999_00: false, 10_000_00: true, 3_000_000_00: true, 3_000_001_00: false, 10_000_01: false} {
		s, d := &script{status: 500}, cash()
		d.Amount = money.New(minor, money.COP)
		open(t, s).Submit(context.Background(), d)
		if sent := s.calls == 1; sent != fits {
			t.Errorf("%s: sent %v", d.Amount, sent)
		}
	}
}

// TestAnswersThatDoNotFit keeps a provider's mix-up, and a wrong exponent, from being taken for our refund's fate.
func TestAnswersThatDoNotFit(t *testing.T) {
	const good = `{"disbursement_id":"EFD1","merchant_reference":"rf_1","amount":50000,"currency":"COP","status":"COLLECTABLE",` +
		`"cash_code":"7712345678","cash_code_expires_at":"2026-11-27T10:00:00-05:00","updated_at":"2026-11-20T10:00:00.000-05:00"}`
	for name, c := range map[string]struct {
		old, new string
		want     disbursement.Claim
	}{
		"ours":         {"", "", disbursement.ClaimCollectable},
		"centavos":     {"50000", "5000000", disbursement.ClaimUnknown},
		"a fraction":   {"50000", "50000.0", disbursement.ClaimUnknown},
		"other id":     {"rf_1", "rf_2", disbursement.ClaimUnknown},
		"no code":      {"7712345678", "", disbursement.ClaimUnknown},
		"no end":       {"2026-11-27T10:00:00-05:00", "", disbursement.ClaimUnknown},
		"other status": {"COLLECTABLE", "COLLECTIBLE", disbursement.ClaimUnknown},
		"no reference": {"EFD1", "", disbursement.ClaimUnknown},
		"bad instant":  {"2026-11-20T", "20/11/2026 ", disbursement.ClaimUnknown},
	} {
		s := &script{status: 201, answer: strings.Replace(good, c.old, c.new, 1)}
		if o := open(t, s).Submit(context.Background(), cash()); o.Claim != c.want {
			t.Errorf("%s: %+v, want %s", name, o, c.want)
		}
	}
}

func TestPaymentsAreAskedForByOurReferenceUntilTheCodeIsKnown(t *testing.T) {
	s := &script{status: 404, answer: `{"code":"PAYMENT_NOT_FOUND"}`}
	client := open(t, s)
	for code, path := range map[string]string{"": "/payments/pay_1", "110000000001": "/payments/110000000001", "1/../2": "/payments/1%2F..%2F2"} {
		p := payment.Payment{ID: "pay_1", Voucher: payment.Voucher{Code: code}}
		if _, err := client.ReadPayment(context.Background(), p); !errors.Is(err, provider.ErrNoSuchPayment) || s.last.URL.RequestURI() != path {
			t.Errorf("code %q: asked %s, %v", code, s.last.URL.RequestURI(), err)
		}
	}
}
