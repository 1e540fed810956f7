package epayco_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/epayco"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

const (
	login    = "/login"
	cash     = "/restpagos/v2/efectivo/efecty"
	question = "/restpagos/transaction/response.json"
	made     = `{"success":true,"data":{"ref_payco":45000001,"factura":"pay_1","valor":20000,"pin":"30000001","codigoproyecto":"110342"}}`
)

func open(t testing.TB, s *providertest.Wire) *provider.Client {
	t.Helper()
	account := provider.Account{ID: "a", Provider: "epayco", Network: "efecty", Endpoint: "https://secure.example", Mode: provider.Test,
		Credentials: map[string]string{"public_key": "pub", "private_key": "priv", "customer_id": "1234"}, Secrets: []string{"testkey"},
		Settings: map[string]string{"apify_url": "https://apify.example", "notification_url": "https://shop.example/h"}}
	client, _ := providertest.Open(t, epayco.New, account, s)
	return client
}

func pay() payment.Payment {
	return payment.Payment{ID: "pay_1", Order: "A-1", Amount: money.New(20_000_00, money.COP), ExpiresAt: providertest.Ten().Add(48 * time.Hour),
		Payer: identity.Person{Name: "Ana Ruiz Soto", Email: "ana@buyer.example", Phone: "+573001112233", DocumentType: "CC", DocumentNumber: "52345678"}}
}

func TestVoucherIsALoginAndThenTexts(t *testing.T) {
	s := providertest.Serves(200, map[string]string{login: `{"token":"T"}`, cash: made})
	o, err := open(t, s).CreatePayment(context.Background(), pay())
	if err != nil || o.Voucher.Code != "30000001" || o.Evidence != "ref_payco:45000001" || o.Voucher.ExpiresAt.Format(time.RFC3339) != "2026-11-23T04:59:59Z" {
		t.Errorf("%+v, %v", o, err)
	}
	const want = `{"invoice":"pay_1","description":"A-1","value":"20000","tax":"0","tax_base":"0","currency":"COP","type_person":"0","doc_type":"CC",` +
		`"doc_number":"52345678","name":"Ana","last_name":"Ruiz Soto","email":"ana@buyer.example","cell_phone":"+573001112233","country":"CO",` +
		`"end_date":"2026-11-22","ip":"127.0.0.1","url_confirmation":"https://shop.example/h","metodoconfirmacion":"POST","test":"true"}`
	if s.Sent[0].URL.String() != "https://apify.example/login" || s.Sent[0].Header.Get("Authorization") != "Basic cHViOnByaXY=" ||
		s.Sent[1].URL.String() != "https://secure.example"+cash || s.Sent[1].Header.Get("Authorization") != "Bearer T" || s.Sent[1].Text != want {
		t.Errorf("asked %v with %s", s.Lines(), s.Sent[1].Text)
	}
}

func TestVouchersThatCannotBeAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*payment.Payment)
		want  error
	}{
		"six days":    {func(p *payment.Payment) { p.ExpiresAt = providertest.Ten().Add(6 * 24 * time.Hour) }, provider.ErrDoesNotFit},
		"no e-mail":   {func(p *payment.Payment) { p.Payer.Email = "" }, provider.ErrDetails},
		"no name":     {func(p *payment.Payment) { p.Payer.Name = "" }, provider.ErrDetails},
		"no document": {func(p *payment.Payment) { p.Payer.DocumentNumber = "" }, provider.ErrDetails},
		"a DNI":       {func(p *payment.Payment) { p.Payer.DocumentType = "DNI" }, provider.ErrDetails},
		"soles":       {func(p *payment.Payment) { p.Amount = money.New(100, money.PEN) }, provider.ErrDoesNotFit},
	} {
		s, p := providertest.Serves(200, nil), pay()
		c.spoil(&p)
		if _, err := open(t, s).CreatePayment(context.Background(), p); !errors.Is(err, c.want) || len(s.Sent) != 0 {
			t.Errorf("%s: %v after %v", name, err, s.Lines())
		}
	}
}

func TestVoucherAnswers(t *testing.T) {
	for _, c := range []struct {
		old, new string
		want     provider.Class
	}{{`"pay_1"`, `"pay_2"`, provider.Unknown}, {"20000", "20001", provider.Unknown}, {`"30000001"`, `""`, provider.Unknown},
		{"45000001", `""`, provider.Unknown}, {"true", "false", provider.Unknown}, {made, `{"error":"Invalid client: client is invalid"}`, provider.Denied}} {
		s := providertest.Serves(200, map[string]string{login: `{"token":"T"}`, cash: strings.Replace(made, c.old, c.new, 1)})
		if _, err := open(t, s).CreatePayment(context.Background(), pay()); err == nil || provider.ClassOf(err) != c.want {
			t.Errorf("%s: %v, want %s", c.new, err, c.want)
		}
	}
	for answer, want := range map[string]provider.Class{`<html>`: provider.NotSent, `{}`: provider.NotSent, `{"error":"down"}`: provider.NotSent,
		`{"error":"Invalid client: client is invalid"}`: provider.Denied} {
		s := providertest.Serves(200, map[string]string{login: answer})
		if _, err := open(t, s).CreatePayment(context.Background(), pay()); provider.ClassOf(err) != want || len(s.Sent) != 1 {
			t.Errorf("login %s: %v after %v", answer, err, s.Lines())
		}
	}
}

func state(code string) string {
	return `{"success":true,"data":{"x_ref_payco":45000001,"x_id_invoice":"pay_1","x_amount":20000,"x_currency_code":"COP","x_transaction_id":"tx1",` +
		`"x_cod_transaction_state":` + code + `,"x_fecha_transaccion":"2026-11-20 10:00:00"}}`
}

// form is a confirmation with a sound signature and any state: the state is not signed.
func form(state string) provider.Delivery {
	sum := sha256.Sum256([]byte("1234^testkey^45000001^tx1^20000^COP"))
	return provider.Delivery{ReceivedAt: providertest.Ten(), Header: http.Header{}, Body: []byte(url.Values{"x_ref_payco": {"45000001"}, "x_transaction_id": {"tx1"},
		"x_amount": {"20000"}, "x_currency_code": {"COP"}, "x_cod_transaction_state": {state}, "x_signature": {hex.EncodeToString(sum[:])}}.Encode())}
}

func TestTheStateThatIsNotSignedIsNotBelieved(t *testing.T) {
	s := providertest.Serves(200, map[string]string{question: state("3")})
	client := open(t, s)
	replay := form("1")
	if err := client.Verify(replay); err != nil {
		t.Fatalf("the signature does not cover the state: %v", err)
	}
	facts, err := client.Facts(context.Background(), replay)
	if err != nil || len(facts) != 1 || facts[0].Payment.Claim != payment.ClaimPending {
		t.Errorf("%+v, %v", facts, err)
	}
	if s.Sent[0].URL.String() != "https://secure.example"+question+"?public_key=pub&ref_payco=45000001" {
		t.Errorf("asked %v", s.Lines())
	}
}

func TestStates(t *testing.T) {
	for code, want := range map[string]payment.Claim{"1": payment.ClaimPaid, `"1"`: payment.ClaimPaid, "2": payment.ClaimCancelled, "3": payment.ClaimPending,
		"4": payment.ClaimCancelled, "6": "", "7": payment.ClaimPending, "10": payment.ClaimExpired, "11": payment.ClaimCancelled, "5": "", "null": ""} {
		s := providertest.Serves(200, map[string]string{question: state(code)})
		p := pay()
		p.History = []payment.Step{{Evidence: "ref_payco:45000001"}}
		o, err := open(t, s).ReadPayment(context.Background(), p)
		if o.Claim != want || (err == nil) != (want != "") {
			t.Errorf("%s: %+v, %v", code, o, err)
		}
		if want == payment.ClaimPaid && (o.TransactionID != "tx1" || o.Minor != 20_000_00 || !o.OccurredAt.Equal(providertest.Ten())) {
			t.Errorf("%s: %+v", code, o)
		}
	}
}

func TestNoRoadBack(t *testing.T) {
	client := open(t, providertest.Serves(200, nil))
	for _, route := range []disbursement.Route{disbursement.Original, disbursement.CashWithdrawal, disbursement.BankTransfer} {
		if client.CanSubmit(disbursement.Refund, route) {
			t.Errorf("%s is offered", route)
		}
	}
}

// FuzzWebhook: whatever comes, it is a name to ask about, or malformed; never a claim.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte("x_ref_payco=45000001&x_signature=00"))
	client := open(f, providertest.Serves(200, nil))
	f.Fuzz(func(t *testing.T, body []byte) {
		d := provider.Delivery{Body: body, ReceivedAt: providertest.Ten(), Header: http.Header{}}
		providertest.Forged(t, client, d)
		providertest.Reads(t, client, d, providertest.Names)
	})
}

func TestAnswersAboutAnotherPaymentProveNothing(t *testing.T) {
	for _, c := range [][2]string{{"45000001", "45000002"}, {`"pay_1"`, `""`}, {`"pay_1"`, `"pay_2"`}, {"true", "false"}} {
		s := providertest.Serves(200, map[string]string{question: strings.Replace(state("1"), c[0], c[1], 1)})
		client, p := open(t, s), pay()
		p.History = []payment.Step{{Evidence: "ref_payco:45000001"}}
		if o, err := client.ReadPayment(context.Background(), p); err == nil {
			t.Errorf("%v: %+v", c, o)
		}
		facts, err := client.Facts(context.Background(), form("1"))
		if c[1] == `"pay_2"` {
			if err != nil || facts[0].Ours != "pay_2" {
				t.Errorf("a confirmation is about whom the answer names: %+v, %v", facts, err)
			}
		} else if err == nil {
			t.Errorf("%v: %+v", c, facts)
		}
	}
}
