package payu_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
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

func account(network string) provider.Account {
	return provider.Account{ID: "a", Provider: "payu", Network: network, Endpoint: "https://api.payulatam.com",
		Credentials: map[string]string{"api_login": "LOGIN", "api_key": "KEY", "merchant_id": "508029", "account_id": "512321", "public_key": "PUB"},
		Secrets:     []string{"KEY"}, Settings: map[string]string{}}
}

func open(t testing.TB, a provider.Account, s *providertest.Wire) (*provider.Client, *providertest.Host) {
	t.Helper()
	return providertest.Open(t, payu.New, a, s)
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
	s := providertest.Serves(500, map[string]string{authenticate: `{"token":"TOK"}`, transfers: taken})
	client, host := open(t, account("efecty"), s)
	o := client.Submit(context.Background(), due())
	const want = `{"transfers":[{"value":50000.50,"description":"rf_1","bankAccount":{"supplierType":"RELATED_THIRD_PARTY","accountNumber":"123456",` +
		`"bankCode":"007","accountType":"CA","country":"CO","documentNumber":"830140299-6","documentType":"NIT","fullName":"Ana Ruiz","state":"ACTIVE",` +
		`"merchantId":"508029"}}]}`
	if s.Last().Text != want || s.Last().URL.Host != "transfers.payulatam.com" || s.Last().Header.Get("Authorization") != "Bearer TOK" ||
		s.Last().Header.Get("PublicKey") != "PUB" {
		t.Errorf("%s\n%s %v", s.Last().Text, s.Last().URL, s.Last().Header)
	}
	if o.Claim != disbursement.ClaimAccepted || o.Reference != "7202a9a7" || !o.Pointed {
		t.Errorf("%+v", o)
	}
	client.Submit(context.Background(), due())
	host.Sleep(9 * time.Minute)
	client.Submit(context.Background(), due())
	if got := strings.Count(strings.Join(s.Lines(), " "), authenticate); got != 2 {
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
		s := providertest.Serves(500, map[string]string{authenticate: `{"token":"Bearer TOK"}`, transfers: c.answer})
		client, _ := open(t, account("efecty"), s)
		if o := client.Submit(context.Background(), due()); o.Claim != c.want {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestDetailsThatAreMissing(t *testing.T) {
	providertest.Lacking(t, func(s *providertest.Wire) *provider.Client {
		client, _ := open(t, account("efecty"), s)
		return client
	}, due, map[string]func(*disbursement.Disbursement){
		"name":     providertest.Who(func(p *identity.Person) { p.Name = "" }),
		"bank":     providertest.Who(func(p *identity.Person) { p.Bank = "" }),
		"account":  providertest.Who(func(p *identity.Person) { p.Account = "" }),
		"kind":     providertest.Who(func(p *identity.Person) { p.AccountType = "piggy" }),
		"document": providertest.Who(func(p *identity.Person) { p.DocumentNumber = "830140299-7" }),
	})
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
		s := providertest.Serves(500, map[string]string{payments: c.answer})
		client, _ := open(t, account(c.network), s)
		o, err := client.CreatePayment(context.Background(), payment.Payment{ID: "pay_1", Order: "A-1", Amount: c.amount, Payer: buyer, ExpiresAt: providertest.Ten().Add(time.Hour)})
		if err != nil || o.Voucher.Code != c.code || !strings.Contains(s.Last().Text, `"expirationDate":"2026-11-20T11:00:00"`) ||
			!strings.Contains(s.Last().Text, c.holds) {
			t.Errorf("%s: %+v, %v\n%s lacks %s", c.network, o, err, s.Last().Text, c.holds)
		}
	}
	for minor, fits := range map[int64]bool{19_999_00: false, 20_000_00: true, 6_000_000_00: true, 6_000_001_00: false} {
		s := providertest.Says(500)
		client, _ := open(t, account("efecty"), s)
		_, err := client.CreatePayment(context.Background(), payment.Payment{ID: "pay_1", Amount: money.New(minor, money.COP), Payer: buyer})
		if errors.Is(err, provider.ErrDoesNotFit) == fits || (len(s.Sent) == 1) != fits {
			t.Errorf("%d: %v after %v", minor, err, s.Lines())
		}
	}
}

func TestSettingsAreRefusedByName(t *testing.T) {
	providertest.RefusedByName(t, payu.New, account, map[string]string{"payouts": "yes", "confirmation": "sha1",
		"payment_min": "-1", "settlement_comma": "dash"})
}

// TestAConfirmationIsOnlyBelievedAsFarAsItIsSigned: the transaction it names is not, and is asked for.
func TestAConfirmationIsOnlyBelievedAsFarAsItIsSigned(t *testing.T) {
	s := providertest.Serves(500, map[string]string{reports: `{"code":"SUCCESS","result":{"payload":[{"id":14,"referenceCode":"pay_1","transactions":[` +
		`{"id":"t1","type":"AUTHORIZATION_AND_CAPTURE","transactionResponse":{"state":"APPROVED","operationDate":1795186800000},"additionalValues":{"TX_VALUE":{"value":65000.00,"currency":"COP"}}},` +
		`{"id":"t2","type":"AUTHORIZATION_AND_CAPTURE","transactionResponse":{"state":"APPROVED"},"additionalValues":{"TX_VALUE":{"value":65000,"currency":"COP"}}},` +
		`{"id":"t3","type":"REFUND","transactionResponse":{"state":"PENDING"}}]}]}}`})
	client, _ := open(t, account("efecty"), s)
	body := "merchant_id=508029&reference_sale=pay_1&value=65000.00&currency=COP&state_pol=4&transaction_id=forged"
	facts, err := client.Facts(context.Background(), provider.Delivery{Path: "/", Body: []byte(body)})
	if err != nil || len(facts) != 2 || facts[0].Payment.TransactionID != "t1" || facts[1].Payment.TransactionID != "t2" ||
		facts[0].Payment.Minor != 65_000_00 || facts[0].Ours != "pay_1" || facts[0].Reference != "14" {
		t.Errorf("%+v, %v", facts, err)
	}
}

func TestPayoutNotifications(t *testing.T) {
	client, _ := open(t, account("efecty"), providertest.Says(500))
	address, err := url.Parse(payu.PayoutAddress("https://shop.example/webhooks/payu/a", "KEY", "a"))
	if err != nil {
		t.Fatal(err)
	}
	read := func(body string) ([]provider.Fact, error) {
		d := provider.Delivery{Path: address.RequestURI(), Body: []byte(body), ReceivedAt: providertest.Ten()}
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
	client, _ := open(f, account("efecty"), providertest.Says(500))
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		d := provider.Delivery{Path: path, Body: body, ReceivedAt: providertest.Ten()}
		providertest.Forged(t, client, d)
		providertest.Reads(t, client, d, func(f provider.Fact) bool { return f.Ours+f.Reference != "" })
	})
}

// TestAConfirmationForAnotherMerchant is refused although the key that signed it is ours.
func TestAConfirmationForAnotherMerchant(t *testing.T) {
	client, _ := open(t, account("efecty"), providertest.Says(500))
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
	s := providertest.Serves(500, map[string]string{reports: `{"code":"SUCCESS","result":{"payload":[{"id":14,"referenceCode":"pay_2","transactions":[` +
		`{"id":"t1","type":"AUTHORIZATION_AND_CAPTURE","transactionResponse":{"state":"PENDING"}}]}]}}`})
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
	client, _ := open(t, account("efecty"), providertest.Serves(500, map[string]string{reports: string(raw)}))
	o, err := client.ReadPayment(context.Background(), payment.Payment{ID: "pay_7", Amount: money.New(80_000_00, money.COP)})
	if err != nil || o.Claim != payment.ClaimPaid || o.TransactionID != "0c2b4c64-9d3f-4c1e-8d19-3f6f6f1b7a42" || o.Minor != 80_000_00 || !o.OccurredAt.Equal(providertest.Ten()) {
		t.Errorf("%+v, %v", o, err)
	}
}
