package payu_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/payu"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

// script answers each path, and remembers what was sent there.
type script struct {
	answers map[string]string
	bodies  map[string]string
	calls   []string
	last    *http.Request
}

func (s *script) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	if s.bodies == nil {
		s.bodies = map[string]string{}
	}
	s.bodies[req.URL.Path], s.last = string(body), req
	s.calls = append(s.calls, req.URL.Path)
	answer, ok := s.answers[req.URL.Path]
	status := 200
	if !ok {
		status = 500
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(answer)), Header: http.Header{}}, nil
}

func ten() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

func account(network string) provider.Account {
	return provider.Account{ID: "a", Provider: "payu", Network: network, Endpoint: "https://api.payulatam.com",
		Credentials: map[string]string{"api_login": "LOGIN", "api_key": "KEY", "merchant_id": "508029", "account_id": "512321", "public_key": "PUB"},
		Secrets:     []string{"KEY"}, Settings: map[string]string{}}
}

func open(t testing.TB, a provider.Account, s *script) (*provider.Client, *providertest.Host) {
	t.Helper()
	host := providertest.NewHost(ten(), 1)
	adapter, err := payu.New(a, s, host)
	if err != nil {
		t.Fatal(err)
	}
	client, err := provider.Open(adapter, a, host)
	if err != nil {
		t.Fatal(err)
	}
	return client, host
}

func due() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.BankTransfer, State: disbursement.Submitting,
		Amount: money.New(50_000_50, money.COP), Beneficiary: identity.Person{Name: "Ana Ruiz", Bank: "007", Account: "123456", AccountType: "savings",
			DocumentType: "NIT", DocumentNumber: "830140299-6"}}
}

const (
	authenticate = "/v1.0/authenticate"
	transfers    = "/push-payment/v1.0/supplier-transfers/508029/512321"
	payments     = "/payments-api/4.0/service.cgi"
	reports      = "/reports-api/4.0/service.cgi"
	taken        = `{"totalSuccessful":1,"totalFailed":0,"successfulItems":[{"processingStatus":"SUCCESS","paymentOrderId":"7202a9a7","value":50000.50,"description":"rf_1"}],"failedItems":[]}`
)

func TestAPayoutOnTheWire(t *testing.T) {
	s := &script{answers: map[string]string{authenticate: `{"token":"TOK"}`, transfers: taken}}
	client, host := open(t, account("efecty"), s)
	o := client.Submit(context.Background(), due())
	const want = `{"transfers":[{"value":50000.50,"description":"rf_1","bankAccount":{"supplierType":"RELATED_THIRD_PARTY","accountNumber":"123456",` +
		`"bankCode":"007","accountType":"CA","country":"CO","documentNumber":"830140299-6","documentType":"NIT","fullName":"Ana Ruiz","state":"ACTIVE",` +
		`"merchantId":"508029"}}]}`
	if s.bodies[transfers] != want || s.last.URL.Host != "transfers.payulatam.com" || s.last.Header.Get("Authorization") != "Bearer TOK" ||
		s.last.Header.Get("PublicKey") != "PUB" {
		t.Errorf("%s\n%s %v", s.bodies[transfers], s.last.URL, s.last.Header)
	}
	if o.Claim != disbursement.ClaimAccepted || o.Reference != "7202a9a7" || !o.Pointed {
		t.Errorf("%+v", o)
	}
	client.Submit(context.Background(), due())
	host.Sleep(9 * time.Minute)
	client.Submit(context.Background(), due())
	if got := strings.Count(strings.Join(s.calls, " "), authenticate); got != 2 {
		t.Errorf("%d tokens for three payouts, the last after nine minutes", got)
	}
	if o := client.Status(context.Background(), due()); o.HoldReason != disbursement.HoldNoLookup {
		t.Errorf("asked: %+v", o)
	}
}

// TestAnswersThatDoNotFit: only one created payout, with our id and our amount, is ours.
func TestAnswersThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		want   disbursement.Claim
	}{
		"ours":         {taken, disbursement.ClaimAccepted},
		"another id":   {strings.Replace(taken, "rf_1", "rf_2", 1), disbursement.ClaimUnknown},
		"a cent less":  {strings.Replace(taken, "50000.50", "50000.49", 1), disbursement.ClaimUnknown},
		"no order id":  {strings.Replace(taken, "7202a9a7", "", 1), disbursement.ClaimUnknown},
		"half a batch": {strings.Replace(taken, `"failedItems":[]`, `"failedItems":[{"processingStatus":"FAILED"}]`, 1), disbursement.ClaimUnknown},
		"failed":       {`{"successfulItems":[],"failedItems":[{"processingStatus":"FAILED"}]}`, disbursement.ClaimRejected},
		"half failed":  {`{"successfulItems":[],"failedItems":[{"processingStatus":"PERHAPS"}]}`, disbursement.ClaimUnknown},
		"two failed":   {`{"successfulItems":[],"failedItems":[{"processingStatus":"FAILED"},{"processingStatus":"FAILED"}]}`, disbursement.ClaimUnknown},
	} {
		s := &script{answers: map[string]string{authenticate: `{"token":"Bearer TOK"}`, transfers: c.answer}}
		client, _ := open(t, account("efecty"), s)
		if o := client.Submit(context.Background(), due()); o.Claim != c.want {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestDetailsThatAreMissing(t *testing.T) {
	for name, spoil := range map[string]func(*identity.Person){
		"name":     func(p *identity.Person) { p.Name = "" },
		"bank":     func(p *identity.Person) { p.Bank = "" },
		"account":  func(p *identity.Person) { p.Account = "" },
		"kind":     func(p *identity.Person) { p.AccountType = "piggy" },
		"document": func(p *identity.Person) { p.DocumentNumber = "830140299-7" },
	} {
		s, d := &script{}, due()
		spoil(&d.Beneficiary)
		client, _ := open(t, account("efecty"), s)
		if o := client.Submit(context.Background(), d); o.HoldReason != disbursement.HoldDetails || len(s.calls) != 0 {
			t.Errorf("%s: %+v after %v", name, o, s.calls)
		}
	}
}

func TestAVoucherOnTheWire(t *testing.T) {
	buyer := identity.Person{Name: "Ana Ruiz", Email: "ana@example.com", DocumentType: "CC", DocumentNumber: "52345678"}
	for _, c := range []struct {
		network, answer, holds, code string
		amount                       money.Amount
	}{
		// The signature was computed apart from this code.
		{"efecty", `{"code":"SUCCESS","transactionResponse":{"orderId":14,"transactionId":"t","state":"PENDING","extraParameters":{"EXPIRATION_DATE":1795360000000,"REFERENCE":14}}}`,
			`"referenceCode":"pay_1","description":"A-1","language":"es","signature":"70f78c515c759507b971fcb6f6848e31"`, "14", money.New(65_000_00, money.COP)},
		{"pagoefectivo", `{"code":"SUCCESS","transactionResponse":{"transactionId":"t","state":"PENDING","trazabilityCode":"00000002592100","extraParameters":{"BAR_CODE":"00000002592100"}}}`,
			`"value":120.50,"currency":"PEN"`, "00000002592100", money.New(120_50, money.PEN)},
	} {
		s := &script{answers: map[string]string{payments: c.answer}}
		client, _ := open(t, account(c.network), s)
		o, err := client.CreatePayment(context.Background(), payment.Payment{ID: "pay_1", Order: "A-1", Amount: c.amount, Payer: buyer, ExpiresAt: ten().Add(time.Hour)})
		if err != nil || o.Voucher.Code != c.code || !strings.Contains(s.bodies[payments], `"expirationDate":"2026-11-20T11:00:00"`) ||
			!strings.Contains(s.bodies[payments], c.holds) {
			t.Errorf("%s: %+v, %v\n%s lacks %s", c.network, o, err, s.bodies[payments], c.holds)
		}
	}
	for minor, fits := range map[int64]bool{19_999_00: false, 20_000_00: true, 6_000_000_00: true, 6_000_001_00: false} {
		s := &script{}
		client, _ := open(t, account("efecty"), s)
		_, err := client.CreatePayment(context.Background(), payment.Payment{ID: "pay_1", Amount: money.New(minor, money.COP), Payer: buyer})
		if errors.Is(err, provider.ErrDoesNotFit) == fits || (len(s.calls) == 1) != fits {
			t.Errorf("%d: %v after %v", minor, err, s.calls)
		}
	}
}

func TestSettingsAreRefusedByName(t *testing.T) {
	for name, value := range map[string]string{"payouts": "yes", "confirmation": "sha1", "payment_min": "-1", "settlement_comma": "dash"} {
		a := account("efecty")
		a.Settings[name] = value
		if _, err := payu.New(a, nil, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := payu.New(account("western"), nil, nil); err == nil {
		t.Error("a network that PayU does not carry")
	}
}

// TestAConfirmationIsOnlyBelievedAsFarAsItIsSigned: the transaction it names is not, and is asked for.
func TestAConfirmationIsOnlyBelievedAsFarAsItIsSigned(t *testing.T) {
	s := &script{answers: map[string]string{reports: `{"code":"SUCCESS","result":{"payload":[{"id":14,"referenceCode":"pay_1","transactions":[` +
		`{"id":"t1","type":"AUTHORIZATION_AND_CAPTURE","transactionResponse":{"state":"APPROVED","operationDate":1795186800000},"additionalValues":{"TX_VALUE":{"value":65000.00,"currency":"COP"}}},` +
		`{"id":"t2","type":"AUTHORIZATION_AND_CAPTURE","transactionResponse":{"state":"APPROVED"},"additionalValues":{"TX_VALUE":{"value":65000,"currency":"COP"}}},` +
		`{"id":"t3","type":"REFUND","transactionResponse":{"state":"PENDING"}}]}]}}`}}
	client, _ := open(t, account("efecty"), s)
	body := "merchant_id=508029&reference_sale=pay_1&value=65000.00&currency=COP&state_pol=4&transaction_id=forged"
	facts, err := client.Facts(context.Background(), provider.Delivery{Path: "/", Body: []byte(body)})
	if err != nil || len(facts) != 2 || facts[0].Payment.TransactionID != "t1" || facts[1].Payment.TransactionID != "t2" ||
		facts[0].Payment.Minor != 65_000_00 || facts[0].Ours != "pay_1" || facts[0].Reference != "14" {
		t.Errorf("%+v, %v", facts, err)
	}
}

func TestPayoutNotifications(t *testing.T) {
	client, _ := open(t, account("efecty"), &script{})
	address, err := url.Parse(payu.PayoutAddress("https://shop.example/webhooks/payu/a", "KEY", "a"))
	if err != nil {
		t.Fatal(err)
	}
	read := func(body string) ([]provider.Fact, error) {
		d := provider.Delivery{Path: address.RequestURI(), Body: []byte(body), ReceivedAt: ten()}
		if err := client.Verify(d); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		return client.Read(d)
	}
	for words, want := range map[[2]string]disbursement.Claim{
		{"AWAITING_SANCTION_SCREENING", ""}: disbursement.ClaimAccepted, {"CREATED", "IN_BANKING_PROCESS"}: disbursement.ClaimAccepted,
		{"PROCESSING_COMPLETED", "CONFIRMED_BY_THE_BANK"}: disbursement.ClaimPaid, {"PROCESSING_COMPLETED", ""}: disbursement.ClaimAccepted,
		{"REJECTED", ""}: disbursement.ClaimRejected, {"PROCESSING_COMPLETED", "REJECTED"}: disbursement.ClaimRejected,
	} {
		facts, err := read(`{"pushPaymentId":"7202","state":"` + words[0] + `","status":"` + words[1] + `"}`)
		if err != nil || facts[0].Disbursement.Claim != want || facts[0].Reference != "7202" || facts[0].Ours != "" {
			t.Errorf("%v: %+v, %v", words, facts, err)
		}
	}
	for _, body := range []string{`{}`, `{"pushPaymentId":"7202"}`, `{"pushPaymentId":"7202","state":"DREAMT"}`, `{"pushPaymentId":"7202","state":"CREATED","status":"DREAMT"}`} {
		if facts, err := read(body); !errors.Is(err, provider.ErrMalformed) {
			t.Errorf("%s: %+v, %v", body, facts, err)
		}
	}
}

// FuzzWebhook: whatever comes, it is either facts that name something, or malformed; never a panic.
func FuzzWebhook(f *testing.F) {
	f.Add("/", []byte("merchant_id=508029&reference_sale=pay_1&value=150.00&currency=COP&state_pol=4&sign=00"))
	f.Add("/?payouts=00", []byte(`{"pushPaymentId":"7202","state":"CREATED"}`))
	client, _ := open(f, account("efecty"), &script{})
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		d := provider.Delivery{Path: path, Body: body, ReceivedAt: ten()}
		if err := client.Verify(d); !errors.Is(err, provider.ErrSignature) {
			t.Fatalf("a forged delivery: %v", err)
		}
		facts, err := client.Read(d)
		if err != nil && !errors.Is(err, provider.ErrMalformed) {
			t.Fatalf("neither facts nor malformed: %v", err)
		}
		for _, fact := range facts {
			if fact.Reference == "" && fact.Ours == "" {
				t.Fatalf("a fact about nothing: %+v", fact)
			}
		}
	})
}

// TestAConfirmationForAnotherMerchant is refused although the key that signed it is ours.
func TestAConfirmationForAnotherMerchant(t *testing.T) {
	client, _ := open(t, account("efecty"), &script{})
	for merchant, good := range map[string]bool{"508029": true, "999999": false} {
		// The sum is made of: key, merchant, reference, new value, currency, state.
		digest := md5.Sum([]byte("KEY~" + merchant + "~pay_1~150.0~COP~4"))
		body := "merchant_id=" + merchant + "&reference_sale=pay_1&value=150.00&currency=COP&state_pol=4&sign=" + hex.EncodeToString(digest[:])
		if err := client.Verify(provider.Delivery{Path: "/", Body: []byte(body)}); (err == nil) != good {
			t.Errorf("%s: %v", merchant, err)
		}
	}
}

func TestAnotherOrderIsNotOurs(t *testing.T) {
	s := &script{answers: map[string]string{reports: `{"code":"SUCCESS","result":{"payload":[{"id":14,"referenceCode":"pay_2","transactions":[` +
		`{"id":"t1","type":"AUTHORIZATION_AND_CAPTURE","transactionResponse":{"state":"PENDING"}}]}]}}`}}
	client, _ := open(t, account("efecty"), s)
	if _, err := client.ReadPayment(context.Background(), payment.Payment{ID: "pay_1"}); !errors.Is(err, provider.ErrNoSuchPayment) {
		t.Error(err)
	}
}

// TestASampleOfAnOrder, written from the field tables, with fields that we do not read.
func TestASampleOfAnOrder(t *testing.T) {
	raw, err := os.ReadFile("testdata/order.json")
	if err != nil {
		t.Fatal(err)
	}
	client, _ := open(t, account("efecty"), &script{answers: map[string]string{reports: string(raw)}})
	o, err := client.ReadPayment(context.Background(), payment.Payment{ID: "pay_7", Amount: money.New(80_000_00, money.COP)})
	if err != nil || o.Claim != payment.ClaimPaid || o.TransactionID != "0c2b4c64-9d3f-4c1e-8d19-3f6f6f1b7a42" || o.Minor != 80_000_00 || !o.OccurredAt.Equal(ten()) {
		t.Errorf("%+v, %v", o, err)
	}
}
