package dlocal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/dlocal"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func account(network string) provider.Account {
	return provider.Account{ID: "a", Provider: "dlocal", Network: network, Endpoint: "https://api.example",
		Credentials: map[string]string{"login": "LOGIN", "trans_key": "TRANS", "secret_key": "SECRET"}, Secrets: []string{"SECRET"},
		Settings: map[string]string{"notification_url": "https://shop.example/webhooks/dlocal/a"}}
}

func open(t testing.TB, a provider.Account, s *providertest.Wire) *provider.Client {
	t.Helper()
	client, _ := providertest.Open(t, dlocal.New, a, s)
	return client
}

func due() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.Original, Order: "A-1",
		Amount: money.New(15_000_00, money.COP), OriginalTransaction: "D-4-1", State: disbursement.Submitting,
		Beneficiary: identity.Person{Name: "Ana Ruiz", Bank: "007", Account: "123", AccountType: "savings", DocumentType: "CC", DocumentNumber: "52345678"}}
}

const pending = `{"id":"REF-1","payment_id":"D-4-1","amount":15000,"currency":"COP","status":"PENDING","status_code":100,"created_date":"2026-11-20T15:00:00.000+0000"}`

func TestARefundOnTheWire(t *testing.T) {
	s := providertest.Says(200, pending)
	o := open(t, account("efecty"), s).Submit(context.Background(), due())
	const want = `{"payment_id":"D-4-1","notification_url":"https://shop.example/webhooks/dlocal/a?proof=PROOF\u0026refund=rf_1",` +
		`"amount":15000,"currency":"COP","description":"A-1","order_refund_id":"rf_1","beneficiary_name":"Ana Ruiz","bank_code":"007",` +
		`"bank_account":"123","bank_account_type":"S"}`
	proof := s.Last().Text[strings.Index(s.Last().Text, "proof=")+len("proof="):][:32]
	if strings.Replace(s.Last().Text, proof, "PROOF", 1) != want || s.Sent[0].Line() != "POST /refunds" {
		t.Errorf("%s %s", s.Lines(), s.Last().Text)
	}
	for name, value := range map[string]string{"X-Login": "LOGIN", "X-Trans-Key": "TRANS", "X-Version": "2.1", "X-Date": "2026-11-20T15:00:00.000Z"} {
		if s.Last().Header.Get(name) != value {
			t.Errorf("%s: %q", name, s.Last().Header.Get(name))
		}
	}
	if o.Claim != disbursement.ClaimAccepted || o.Reference != "REF-1" || !o.OccurredAt.Equal(providertest.Ten()) {
		t.Errorf("%+v", o)
	}
}

// TestWhatIsThereAlreadyIsAskedFor: 5011 and 5009 say that the first call arrived.
func TestWhatIsThereAlreadyIsAskedFor(t *testing.T) {
	s := providertest.Says(400, `{"code":5011,"message":"Order refund id duplicated"}`).Then(200, pending)
	if o := open(t, account("efecty"), s).Submit(context.Background(), due()); o.Claim != disbursement.ClaimAccepted || s.Sent[1].Line() != "GET /orders/rf_1" {
		t.Errorf("%+v by %v", o, s.Lines())
	}
	s = providertest.Says(400, `{"code":5011}`).Then(404, `{"code":4001}`)
	if o := open(t, account("efecty"), s).Submit(context.Background(), due()); o.Claim != disbursement.ClaimUnknown {
		t.Errorf("there and not there: %+v", o)
	}
	for _, c := range []struct {
		status int
		body   string
	}{{400, `{"code":5001}`}, {400, `{"code":5000}`}, {403, `{"code":3001}`}, {429, `{"code":6000}`}, {429, ``}, {500, ``}} {
		s = providertest.Says(400, `{"code":5011}`).Then(c.status, c.body)
		if o := open(t, account("efecty"), s).Submit(context.Background(), due()); o.Claim != disbursement.ClaimUnknown || len(s.Sent) != 2 {
			t.Errorf("there, and asked for with %d %s: %+v", c.status, c.body, o)
		}
	}
	s = providertest.Says(400, `{"code":5009}`).Then(200, `{"id":"D-4-1","order_id":"pay_1","amount":15000,"currency":"COP","status":"PENDING","ticket":{"number":"77","expiration_date":"2026-11-24T04:59:00.000+0000"}}`)
	o, err := open(t, account("efecty"), s).CreatePayment(context.Background(), payment.Payment{ID: "pay_1", Amount: money.New(15_000_00, money.COP), Payer: identity.Person{Name: "A", Email: "a@b.c", DocumentNumber: "1"}})
	if err != nil || o.Voucher.Code != "77" || s.Sent[1].Line() != "GET /orders/pay_1" || !o.Voucher.ExpiresAt.Equal(time.Date(2026, 11, 24, 4, 59, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v by %v", o, err, s.Lines())
	}
}

func TestOurReferenceUntilTheirsIsKnown(t *testing.T) {
	s := providertest.Says(404, `{"code":4001}`)
	a := account("efecty")
	a.Settings["refund_lookup"] = "/refunds/by-order/{id}"
	client := open(t, a, s)
	d := due()
	client.Status(context.Background(), d)
	d.Reference = "REF-1"
	client.Status(context.Background(), d)
	if got := strings.Join(s.Lines(), ", "); got != "GET /refunds/by-order/rf_1, GET /refunds/REF-1" {
		t.Error(got)
	}
}

// TestAnswersThatDoNotFit keeps a mix-up at the provider from being taken for our refund's fate.
func TestAnswersThatDoNotFit(t *testing.T) {
	providertest.Misfits(t, pending, map[disbursement.Claim]map[string][2]string{
		disbursement.ClaimAccepted: {
			"ours":              {},
			"the other name":    {`"payment_id"`, `"id_payment"`},
			"the other instant": {"2026-11-20T15:00:00.000+0000", "2026-11-20T10:00:00-05:00"},
		},
		disbursement.ClaimUnknown: {
			"centavos":         {"15000", "1500000"},
			"another payment":  {"D-4-1", "D-4-2"},
			"another currency": {"COP", "PEN"},
			"another status":   {"PENDING", "PONDERING"},
			"no id":            {"REF-1", ""},
			"no instant":       {"2026-11-20T15", "20/11/2026 15"},
		},
	}, func(answer string) disbursement.Claim {
		return open(t, account("efecty"), providertest.Says(200, answer)).Submit(context.Background(), due()).Claim
	})
}

func TestSettingsAreRefusedByName(t *testing.T) {
	providertest.RefusedByName(t, dlocal.New, account, map[string]string{"refund_lookup": "refunds",
		"send_document": "yes", "settlement_url": "ftp://x/{date}", "settlement_comma": "dash"})
}

func TestDetailsThatAreMissing(t *testing.T) {
	d := due()
	d.OriginalTransaction = ""
	s := providertest.Says(500)
	if o := open(t, account("efecty"), s).Submit(context.Background(), d); o.HoldReason != disbursement.HoldDetails || len(s.Sent) != 0 {
		t.Errorf("%+v", o)
	}
	_, err := open(t, account("efecty"), s).CreatePayment(context.Background(), payment.Payment{ID: "pay_1", Amount: money.New(100_00, money.COP)})
	if !errors.Is(err, provider.ErrDetails) || len(s.Sent) != 0 {
		t.Errorf("%v", err)
	}
}

// TestAnAnswerAboutAnotherRefund is none, once dLocal's id is known.
func TestAnAnswerAboutAnotherRefund(t *testing.T) {
	for reference, want := range map[string]disbursement.Claim{"REF-1": disbursement.ClaimAccepted, "REF-2": disbursement.ClaimUnknown} {
		d := due()
		d.Reference = reference
		if o := open(t, account("efecty"), providertest.Says(200, pending)).Status(context.Background(), d); o.Claim != want {
			t.Errorf("%s: %+v", reference, o)
		}
	}
}

// TestNotFoundIsOneAnswer: its code under another status, and another code under its status, prove nothing.
func TestNotFoundIsOneAnswer(t *testing.T) {
	for _, c := range []struct {
		status int
		answer string
		want   disbursement.Claim
	}{{404, `{"code":4001}`, disbursement.ClaimNotFound}, {404, `{"code":"4000"}`, disbursement.ClaimNotFound}, {400, `{"code":4001}`, disbursement.ClaimUnknown},
		{404, `{"code":4002}`, disbursement.ClaimUnknown}, {404, "NOT_FOUND", disbursement.ClaimUnknown}} {
		d := due()
		d.LastSentAt = providertest.Ten().Add(-time.Hour)
		if o := open(t, account("efecty"), providertest.Says(c.status, c.answer)).Status(context.Background(), d); o.Claim != c.want {
			t.Errorf("%d %s: %+v", c.status, c.answer, o)
		}
	}
}

// TestASampleOfAPayment, written from the field tables, reads alike as a notification and as an answer.
func TestASampleOfAPayment(t *testing.T) {
	raw, err := os.ReadFile("testdata/payment.json")
	if err != nil {
		t.Fatal(err)
	}
	client := open(t, account("efecty"), providertest.Says(200, string(raw)))
	polled, err := client.ReadPayment(context.Background(), payment.Payment{ID: "pay_7", Amount: money.New(80_000_00, money.COP)})
	facts, err2 := client.Read(delivery("/", string(raw)))
	if err != nil || err2 != nil || len(facts) != 1 || facts[0].Ours != "pay_7" || facts[0].Reference != "28000042" {
		t.Fatalf("%+v, %+v, %v, %v", polled, facts, err, err2)
	}
	for _, o := range []payment.Observation{polled, *facts[0].Payment} {
		if o.Claim != payment.ClaimPaid || o.TransactionID != "D-4-000000000042" || o.Minor != 80_000_00 || !o.OccurredAt.Equal(providertest.Ten()) {
			t.Errorf("%+v", o)
		}
	}
}

// TestWhatTheBuyerWillBeAsked: nothing is demanded, but what is not told is asked of the buyer, which takes days.
func TestWhatTheBuyerWillBeAsked(t *testing.T) {
	a := account("efecty")
	a.Settings["send_document"] = "true"
	for _, c := range []struct {
		who  identity.Person
		want string
	}{
		{due().Beneficiary, ""},
		{due().Beneficiary.Without(identity.FieldBank).Without(identity.FieldAccount), "bank account"},
		{identity.Person{AccountType: "piggy"}, "name document_type document_number bank account account_type"},
	} {
		m := open(t, a, providertest.Says(500)).Missing(disbursement.Refund, disbursement.Original, c.who)
		if got := strings.Trim(fmt.Sprint(m.Asked), "[]"); got != c.want || m.Needed != nil {
			t.Errorf("%q of %v, want %q", got, m.Needed, c.want)
		}
	}
}
