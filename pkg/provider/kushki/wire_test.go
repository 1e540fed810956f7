package kushki_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/kushki"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// says answers in turn, as Kushki does: with 201, or with 400 where there is a code.
func says(answers ...string) *providertest.Wire {
	w := providertest.Says(http.StatusCreated, answers...)
	w.Grade = func(text string) int {
		if strings.Contains(text, `"code"`) {
			return http.StatusBadRequest
		}
		return http.StatusCreated
	}
	return w
}

func open(t testing.TB, s *providertest.Wire, network string, settings map[string]string) *provider.Client {
	t.Helper()
	account := provider.Account{ID: "a", Provider: "kushki", Network: network, Endpoint: "https://kushki.example",
		Credentials: map[string]string{"public_merchant_id": "pub", "private_merchant_id": "priv"}, Secrets: []string{"test-secret"}, Settings: settings}
	client, _ := providertest.Open(t, kushki.New, account, s)
	return client
}

// TestTheSimpleSignatureProvesNothing: it does not cover the body.
func TestTheSimpleSignatureProvesNothing(t *testing.T) {
	simple := provider.Sign("test-secret", []byte("1700000000"))
	d := provider.Delivery{Body: []byte(`{"ticketNumber":"1"}`), ReceivedAt: time.Unix(1700000000, 0),
		Header: http.Header{"X-Kushki-Id": {"1700000000"}, "X-Kushki-Simplesignature": {simple}, "X-Kushki-Signature": {simple}}}
	if err := open(t, says(), "efecty", nil).Verify(d); !errors.Is(err, provider.ErrSignature) {
		t.Errorf("it is taken: %v", err)
	}
}

func buyer() identity.Person {
	return identity.Person{Name: "Ana Ruiz Soto", Email: "ana@buyer.example", DocumentType: "CC", DocumentNumber: "52.345.678",
		Account: "19100234567890", Bank: "0007", AccountType: "savings"}
}

func back() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.BankTransfer, Payment: "pay_1",
		Amount: money.New(50_000_00, money.COP), Beneficiary: buyer()}
}

func TestTransferIsATokenAndThenTheTransfer(t *testing.T) {
	s := says(`{"token":"T"}`, `{"ticketNumber":760001,"created":1795186800000}`)
	o := open(t, s, "efecty", nil).Submit(context.Background(), back())
	if o.Claim != disbursement.ClaimAccepted || o.Reference != "760001" || !o.OccurredAt.Equal(time.Unix(1795186800, 0)) {
		t.Errorf("%+v", o)
	}
	if s.Sent[0].URL.Path != "/payouts/transfer/v1/tokens" || s.Sent[0].Header.Get("Public-Merchant-Id") != "pub" || !strings.Contains(s.Sent[0].Text, `"documentNumber":"52345678"`) ||
		!strings.Contains(s.Sent[0].Text, `"accountType":"CA"`) || !strings.Contains(s.Sent[0].Text, `"totalAmount":50000}`) {
		t.Errorf("token: %s %s", s.Sent[0].URL.Path, s.Sent[0].Text)
	}
	const want = `{"token":"T","amount":{"currency":"COP","subtotalIva":0,"subtotalIva0":50000,"iva":0,"ice":0},"metadata":{"reference":"rf_1"},"fullResponse":"v2"}`
	if s.Sent[1].URL.Path != "/payouts/transfer/v1/init" || s.Sent[1].Header.Get("Private-Merchant-Id") != "priv" || s.Sent[1].Text != want {
		t.Errorf("transfer: %s %s", s.Sent[1].URL.Path, s.Sent[1].Text)
	}
}

func TestATokenThatFailsHandsNothingOver(t *testing.T) {
	for answer, want := range map[string]disbursement.Claim{`<html>`: disbursement.ClaimNotApplied, `{}`: disbursement.ClaimNotApplied,
		`{"code":"C002"}`: disbursement.ClaimNotApplied, `{"code":"C001"}`: disbursement.ClaimRejected, `{"code":"C004"}`: disbursement.ClaimDenied} {
		s := says(answer)
		if o := open(t, s, "efecty", nil).Submit(context.Background(), back()); o.Claim != want || len(s.Sent) != 1 {
			t.Errorf("%s: %+v after %v", answer, o, s.Lines())
		}
	}
	for _, answer := range []string{`<html>`, `{}`, `{"code":"C002"}`} {
		s := says(`{"token":"T"}`, answer)
		if o := open(t, s, "efecty", nil).Submit(context.Background(), back()); o.Claim != disbursement.ClaimUnknown {
			t.Errorf("%s to the transfer itself: %+v", answer, o)
		}
	}
}

func TestTransfersNeedABankAccount(t *testing.T) {
	providertest.Lacking(t, func(s *providertest.Wire) *provider.Client { return open(t, s, "efecty", nil) }, back, map[string]func(*disbursement.Disbursement){
		"no name": providertest.Who(func(p *identity.Person) { p.Name = "" }), "no account": providertest.Who(func(p *identity.Person) { p.Account = "" }),
		"no bank": providertest.Who(func(p *identity.Person) { p.Bank = "" }), "no document": providertest.Who(func(p *identity.Person) { p.DocumentNumber = "" }),
		"no type of account": providertest.Who(func(p *identity.Person) { p.AccountType = "" }), "a type nobody knows": providertest.Who(func(p *identity.Person) { p.AccountType = "gold" }),
		"a document of nobody": providertest.Who(func(p *identity.Person) { p.DocumentType = "PEP" }),
	})
}

func TestPeruOffersNoRoadBack(t *testing.T) {
	client := open(t, says(), "pagoefectivo", nil)
	if client.CanSubmit(disbursement.Refund, disbursement.BankTransfer) || client.Can(provider.CanPay) || len(client.Profile().Routes) != 0 {
		t.Error("transfers are documented for Colombia only")
	}
	if co := open(t, says(), "efecty", nil); co.Can(provider.CanReadStatus) || co.Can(provider.CanReadPayment) || !co.Can(provider.CanPay) {
		t.Error("nothing can be asked, and transfers can be made")
	}
}

func TestDeadlinesWithinADayAreRefused(t *testing.T) {
	s := says(`{"token":"T"}`, `{"ticketNumber":"760001","pin":"90001","pdfUrl":"https://pdf.example/1"}`)
	p := payment.Payment{ID: "pay_1", Amount: money.New(500_50, money.COP), ExpiresAt: providertest.Ten().Add(24*time.Hour - time.Second), Payer: buyer()}
	if _, err := open(t, s, "efecty", nil).CreatePayment(context.Background(), p); !errors.Is(err, provider.ErrDoesNotFit) || len(s.Sent) != 0 {
		t.Errorf("%v after %v", err, s.Lines())
	}
	p.ExpiresAt = providertest.Ten().Add(24 * time.Hour)
	o, err := open(t, s, "efecty", map[string]string{"notification_url": "https://shop.example/h"}).CreatePayment(context.Background(), p)
	if err != nil || o.Voucher.Code != "90001" || !strings.Contains(s.Sent[1].Text, `"expirationDate":"2026-11-21 15:00:00"`) ||
		!strings.Contains(s.Sent[1].Text, `"urls":["https://shop.example/h"]`) || !strings.Contains(s.Sent[0].Text, `"name":"Ana","lastName":"Ruiz Soto"`) {
		t.Errorf("%+v, %v, %v", o, err, s.Sent)
	}
}

func TestEvents(t *testing.T) {
	client := open(t, says(), "efecty", nil)
	read := func(body string) ([]provider.Fact, error) {
		return client.Read(provider.Delivery{Body: []byte(body), ReceivedAt: providertest.Ten()})
	}
	for body, want := range map[string]string{
		`{"ticketNumber":"1","status":"approvedTransaction","totalAmount":500.5,"currency":"COP","completedAt":1795186800,"pin":"9"}`: "paid",
		`{"ticketNumber":"1","status":"expiredTransaction","pin":"9"}`:                                                                "expired",
		`{"ticketNumber":"1","status":"initializedTransaction","pin":"9"}`:                                                            "nothing",
		`{"ticketNumber":"1","status":"declinedTransaction","pin":"9"}`:                                                               "nothing",
		`{"ticketNumber":"1","status":"approvedTransaction","metadata":{"reference":"rf_1"}}`:                                         "transfer paid",
		`{"ticketNumber":"1","status":"declinedTransaction","metadata":{"reference":"po_1"}}`:                                         "transfer rejected",
		`{}`: "nothing",
		`{"ticketNumber":"1","status":"approvedTransaction"}`:                                                                      "malformed",
		`{"ticketNumber":"","status":"approvedTransaction","pin":"9"}`:                                                             "malformed",
		`{"ticketNumber":"1","status":"approvedTransaction","totalAmount":0,"currency":"COP","completedAt":1,"pin":"9"}`:           "malformed",
		`{"ticketNumber":"1","status":"approvedTransaction","totalAmount":1,"currency":"COP","pin":"9"}`:                           "malformed",
		`{"ticketNumber":"1","status":"approvedTransaction","totalAmount":1,"currency":"XXX","completedAt":1,"pin":"9"}`:           "malformed",
		`{"ticketNumber":"1","status":"approvedTransaction","metadata":{"reference":7},"totalAmount":1,"currency":"COP","pin":""}`: "malformed",
	} {
		facts, err := read(body)
		got := "nothing"
		switch {
		case errors.Is(err, provider.ErrMalformed):
			got = "malformed"
		case len(facts) == 1 && facts[0].Payment != nil:
			got = string(facts[0].Payment.Claim)
		case len(facts) == 1:
			got = "transfer " + string(facts[0].Disbursement.Claim)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

func TestTheTrialOfAnAddressIsWelcomeOnlyWhereAskedFor(t *testing.T) {
	d := provider.Delivery{Body: []byte("{}"), Header: http.Header{}, ReceivedAt: providertest.Ten()}
	if err := open(t, says(), "efecty", nil).Verify(d); !errors.Is(err, provider.ErrSignature) {
		t.Errorf("by default: %v", err)
	}
	client := open(t, says(), "efecty", map[string]string{"open_validation": "true"})
	if err := client.Verify(d); err != nil {
		t.Errorf("asked for: %v", err)
	}
	d.Body = []byte(`{"ticketNumber":"1"}`)
	if err := client.Verify(d); !errors.Is(err, provider.ErrSignature) {
		t.Errorf("anything else: %v", err)
	}
}

func TestATransferWithARefundsIDIsThatRefund(t *testing.T) {
	client := open(t, says(), "efecty", nil)
	const header = "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n"
	var types []settlement.Type
	for row, err := range client.ReadSettlement(strings.NewReader(header +
		"1,rf_1,PAYOUT,-10.00,0.00,0.00,-10.00,COP,2026-11-20 10:00:00,SETTLED\n2,po_1,PAYOUT,-10.00,0.00,0.00,-10.00,COP,2026-11-20 10:00:00,SETTLED\n")) {
		if err != nil {
			t.Fatal(err)
		}
		types = append(types, row.Type)
	}
	if len(types) != 2 || types[0] != settlement.Refund || types[1] != settlement.Payout {
		t.Errorf("%v", types)
	}
}

// FuzzWebhook: whatever comes, it is either facts that name something, or malformed; never a panic.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"ticketNumber":"1","status":"approvedTransaction","totalAmount":500.5,"currency":"COP","completedAt":1795186800,"pin":"9"}`))
	f.Add([]byte(`{"ticketNumber":"1","status":"declinedTransaction","metadata":{"reference":"rf_1"}}`))
	client := open(f, says(), "efecty", nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		providertest.Reads(t, client, provider.Delivery{Body: body, ReceivedAt: providertest.Ten()}, providertest.Tells)
	})
}
