package efecty_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/efecty"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func open(t testing.TB, s *providertest.Wire) *provider.Client {
	t.Helper()
	account := provider.Account{ID: "a", Provider: "efecty", Network: "efecty", Endpoint: "https://efecty.example",
		Credentials: map[string]string{"merchant_id": "M1", "terminal_id": "T1", "secret": "call-secret"},
		Secrets:     []string{"hook-secret"}, Settings: map[string]string{"cash_max": "300000000"}}
	client, _ := providertest.Open(t, efecty.New, account, s)
	return client
}

func cash() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.CashWithdrawal,
		Amount: money.New(50_000_00, money.COP), OriginalTransaction: "EFY1", Reason: "customer_return",
		Beneficiary: identity.Person{Name: "Ana Ruiz", DocumentType: "CC", DocumentNumber: "52345678"}}
}

// The signature was computed apart from this code.
func TestCallsAreSigned(t *testing.T) {
	s := providertest.Says(500)
	open(t, s).Submit(context.Background(), cash())
	const want = `{"merchant_refund_id":"rf_1","transaction_id":"EFY1","amount":50000,"currency":"COP","reason_code":"customer_return",` +
		`"beneficiary":{"name":"Ana Ruiz","document_type":"CC","document_number":"52345678"}}`
	if s.Last().Text != want || s.Last().URL.String() != "https://efecty.example/refunds/cash-withdrawal" {
		t.Errorf("sent %s to %s", s.Last().Text, s.Last().URL)
	}
	for name, value := range map[string]string{"X-Merchant-Id": "M1", "X-Terminal-Id": "T1", "X-Timestamp": "2026-11-20T15:00:00Z",
		"X-Signature": "0bddeae66d13d7e00f55d8fa3a985bae5151966491aced03302fb7aed6fe3bdd"} {
		if got := s.Last().Header.Get(name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
}

func TestCashNeedsAPersonWithADocument(t *testing.T) {
	providertest.Lacking(t, func(s *providertest.Wire) *provider.Client { return open(t, s) }, cash, map[string]func(*disbursement.Disbursement){
		"no name":        func(d *disbursement.Disbursement) { d.Beneficiary.Name = "" },
		"no document":    func(d *disbursement.Disbursement) { d.Beneficiary.DocumentNumber = "" },
		"no transaction": func(d *disbursement.Disbursement) { d.OriginalTransaction = "" },
	})
}

func TestLimits(t *testing.T) {
	for minor, fits := range map[int64]bool{9_999_00: false, 10_000_00: true, 3_000_000_00: true, 3_000_001_00: false, 10_000_01: false} {
		s, d := providertest.Says(500), cash()
		d.Amount = money.New(minor, money.COP)
		open(t, s).Submit(context.Background(), d)
		if sent := len(s.Sent) == 1; sent != fits {
			t.Errorf("%s: sent %v", d.Amount, sent)
		}
	}
}

// TestAnswersThatDoNotFit keeps a provider's mix-up, and a wrong exponent, from being taken for our refund's fate.
func TestAnswersThatDoNotFit(t *testing.T) {
	const good = `{"disbursement_id":"EFD1","merchant_reference":"rf_1","amount":50000,"currency":"COP","status":"COLLECTABLE",` +
		`"cash_code":"7712345678","cash_code_expires_at":"2026-11-27T10:00:00-05:00","updated_at":"2026-11-20T10:00:00.000-05:00"}`
	providertest.Misfits(t, good, map[disbursement.Claim]map[string][2]string{
		disbursement.ClaimCollectable: {"ours": {}},
		disbursement.ClaimUnknown: {
			"centavos":     {"50000", "5000000"},
			"a fraction":   {"50000", "50000.0"},
			"other id":     {"rf_1", "rf_2"},
			"no code":      {"7712345678", ""},
			"no end":       {"2026-11-27T10:00:00-05:00", ""},
			"other status": {"COLLECTABLE", "COLLECTIBLE"},
			"no reference": {"EFD1", ""},
			"bad instant":  {"2026-11-20T", "20/11/2026 "},
		},
	}, func(answer string) disbursement.Claim {
		return open(t, providertest.Says(201, answer)).Submit(context.Background(), cash()).Claim
	})
}

func TestPaymentsAreAskedForByOurReferenceUntilTheCodeIsKnown(t *testing.T) {
	s := providertest.Says(404, `{"code":"PAYMENT_NOT_FOUND"}`)
	client := open(t, s)
	for code, path := range map[string]string{"": "/payments/pay_1", "110000000001": "/payments/110000000001", "1/../2": "/payments/1%2F..%2F2"} {
		p := payment.Payment{ID: "pay_1", Voucher: payment.Voucher{Code: code}}
		if _, err := client.ReadPayment(context.Background(), p); !errors.Is(err, provider.ErrNoSuchPayment) || s.Last().URL.RequestURI() != path {
			t.Errorf("code %q: asked %s, %v", code, s.Last().URL.RequestURI(), err)
		}
	}
}

// TestStandingsOfAWithdrawal: every word of the contract, and none other, asked for and not told of its own accord.
func TestStandingsOfAWithdrawal(t *testing.T) {
	d := cash()
	d.Reference = "EFD1"
	for status, want := range map[string]disbursement.Claim{"ACCEPTED": disbursement.ClaimAccepted, "COLLECTABLE": disbursement.ClaimCollectable,
		"COLLECTED": disbursement.ClaimPaid, "REJECTED": disbursement.ClaimRejected, "EXPIRED": disbursement.ClaimReturned,
		"RETURNED": disbursement.ClaimReturned, "CANCELLED": disbursement.ClaimVoided, "": disbursement.ClaimUnknown, "collected": disbursement.ClaimUnknown} {
		s := providertest.Says(200, `{"disbursement_id":"EFD1","merchant_reference":"rf_1","amount":50000,"currency":"COP","status":"`+status+
			`","cash_code":"77","cash_code_expires_at":"2026-11-27T10:00:00-05:00","updated_at":"2026-11-20T10:00:00.000-05:00"}`)
		if o := open(t, s).Status(context.Background(), d); o.Claim != want {
			t.Errorf("%q is %s, want %s", status, o.Claim, want)
		}
	}
}

func TestStandingsOfAVoucher(t *testing.T) {
	for status, want := range map[string]payment.Claim{"PENDING": payment.ClaimPending, "PAID": payment.ClaimPaid, "EXPIRED": payment.ClaimExpired,
		"CANCELLED": payment.ClaimCancelled, "": "", "paid": ""} {
		s := providertest.Says(200, `{"merchant_reference":"pay_1","reference":"110","status":"`+status+
			`","currency":"COP","transaction_id":"EFY1","paid_amount":80000,"paid_at":"2026-11-20T10:00:00-05:00"}`)
		o, err := open(t, s).ReadPayment(context.Background(), payment.Payment{ID: "pay_1", Amount: money.New(80_000_00, money.COP)})
		if o.Claim != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, want %q (%v)", status, o.Claim, want, err)
		}
	}
}
