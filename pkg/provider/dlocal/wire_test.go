package dlocal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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

// script gives its answers in order, the last one again and again, and remembers the last call.
type script struct {
	statuses []int
	answers  []string
	calls    int
	last     *http.Request
	body     string
	paths    []string
}

func (s *script) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	i := min(s.calls, len(s.answers)-1)
	s.calls, s.last, s.body, s.paths = s.calls+1, req, string(body), append(s.paths, req.Method+" "+req.URL.Path)
	return &http.Response{StatusCode: s.statuses[i], Body: io.NopCloser(strings.NewReader(s.answers[i])), Header: http.Header{}}, nil
}

func says(status int, answer string) *script {
	return &script{statuses: []int{status}, answers: []string{answer}}
}

func (s *script) then(status int, answer string) *script {
	s.statuses, s.answers = append(s.statuses, status), append(s.answers, answer)
	return s
}

func ten() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

func account(network string) provider.Account {
	return provider.Account{ID: "a", Provider: "dlocal", Network: network, Endpoint: "https://api.example",
		Credentials: map[string]string{"login": "LOGIN", "trans_key": "TRANS", "secret_key": "SECRET"}, Secrets: []string{"SECRET"},
		Settings: map[string]string{"notification_url": "https://shop.example/webhooks/dlocal/a"}}
}

func open(t testing.TB, a provider.Account, s *script) *provider.Client {
	t.Helper()
	host := providertest.NewHost(ten(), 1)
	adapter, err := dlocal.New(a, s, host)
	if err != nil {
		t.Fatal(err)
	}
	client, err := provider.Open(adapter, a, host)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func due() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.Original, Order: "A-1",
		Amount: money.New(15_000_00, money.COP), OriginalTransaction: "D-4-1", State: disbursement.Submitting,
		Beneficiary: identity.Person{Name: "Ana Ruiz", Bank: "007", Account: "123", AccountType: "savings", DocumentType: "CC", DocumentNumber: "52345678"}}
}

const pending = `{"id":"REF-1","payment_id":"D-4-1","amount":15000,"currency":"COP","status":"PENDING","status_code":100,"created_date":"2026-11-20T15:00:00.000+0000"}`

func TestARefundOnTheWire(t *testing.T) {
	s := says(200, pending)
	o := open(t, account("efecty"), s).Submit(context.Background(), due())
	const want = `{"payment_id":"D-4-1","notification_url":"https://shop.example/webhooks/dlocal/a?proof=PROOF\u0026refund=rf_1",` +
		`"amount":15000,"currency":"COP","description":"A-1","order_refund_id":"rf_1","beneficiary_name":"Ana Ruiz","bank_code":"007",` +
		`"bank_account":"123","bank_account_type":"S"}`
	proof := s.body[strings.Index(s.body, "proof=")+len("proof="):][:32]
	if strings.Replace(s.body, proof, "PROOF", 1) != want || s.paths[0] != "POST /refunds" {
		t.Errorf("%s %s", s.paths, s.body)
	}
	for name, value := range map[string]string{"X-Login": "LOGIN", "X-Trans-Key": "TRANS", "X-Version": "2.1", "X-Date": "2026-11-20T15:00:00.000Z"} {
		if s.last.Header.Get(name) != value {
			t.Errorf("%s: %q", name, s.last.Header.Get(name))
		}
	}
	if o.Claim != disbursement.ClaimAccepted || o.Reference != "REF-1" || !o.OccurredAt.Equal(ten()) {
		t.Errorf("%+v", o)
	}
}

// TestWhatIsThereAlreadyIsAskedFor: 5011 and 5009 say that the first call arrived.
func TestWhatIsThereAlreadyIsAskedFor(t *testing.T) {
	s := says(400, `{"code":5011,"message":"Order refund id duplicated"}`).then(200, pending)
	if o := open(t, account("efecty"), s).Submit(context.Background(), due()); o.Claim != disbursement.ClaimAccepted || s.paths[1] != "GET /orders/rf_1" {
		t.Errorf("%+v by %v", o, s.paths)
	}
	s = says(400, `{"code":5011}`).then(404, `{"code":4001}`)
	if o := open(t, account("efecty"), s).Submit(context.Background(), due()); o.Claim != disbursement.ClaimUnknown {
		t.Errorf("there and not there: %+v", o)
	}
	s = says(400, `{"code":5009}`).then(200, `{"id":"D-4-1","order_id":"pay_1","amount":15000,"currency":"COP","status":"PENDING","ticket":{"number":"77","expiration_date":"2026-11-24T04:59:00.000+0000"}}`)
	o, err := open(t, account("efecty"), s).CreatePayment(context.Background(), payment.Payment{ID: "pay_1", Amount: money.New(15_000_00, money.COP), Payer: identity.Person{Name: "A", Email: "a@b.c", DocumentNumber: "1"}})
	if err != nil || o.Voucher.Code != "77" || s.paths[1] != "GET /orders/pay_1" || !o.Voucher.ExpiresAt.Equal(time.Date(2026, 11, 24, 4, 59, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v by %v", o, err, s.paths)
	}
}

func TestOurReferenceUntilTheirsIsKnown(t *testing.T) {
	s := says(404, `{"code":4001}`)
	a := account("efecty")
	a.Settings["refund_lookup"] = "/refunds/by-order/{id}"
	client := open(t, a, s)
	d := due()
	client.Status(context.Background(), d)
	d.Reference = "REF-1"
	client.Status(context.Background(), d)
	if got := strings.Join(s.paths, ", "); got != "GET /refunds/by-order/rf_1, GET /refunds/REF-1" {
		t.Error(got)
	}
}

// TestAnswersThatDoNotFit keeps a mix-up at the provider from being taken for our refund's fate.
func TestAnswersThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string
		want     disbursement.Claim
	}{
		"ours":              {"", "", disbursement.ClaimAccepted},
		"the other name":    {`"payment_id"`, `"id_payment"`, disbursement.ClaimAccepted},
		"centavos":          {"15000", "1500000", disbursement.ClaimUnknown},
		"another payment":   {"D-4-1", "D-4-2", disbursement.ClaimUnknown},
		"another currency":  {"COP", "PEN", disbursement.ClaimUnknown},
		"another status":    {"PENDING", "PONDERING", disbursement.ClaimUnknown},
		"no id":             {"REF-1", "", disbursement.ClaimUnknown},
		"no instant":        {"2026-11-20T15", "20/11/2026 15", disbursement.ClaimUnknown},
		"the other instant": {"2026-11-20T15:00:00.000+0000", "2026-11-20T10:00:00-05:00", disbursement.ClaimAccepted},
	} {
		s := says(200, strings.Replace(pending, c.old, c.new, 1))
		if o := open(t, account("efecty"), s).Submit(context.Background(), due()); o.Claim != c.want {
			t.Errorf("%s: %+v, want %s", name, o, c.want)
		}
	}
}

func TestSettingsAreRefusedByName(t *testing.T) {
	for name, value := range map[string]string{"refund_lookup": "refunds", "send_document": "yes", "settlement_url": "ftp://x/{date}", "settlement_comma": "dash"} {
		a := account("efecty")
		a.Settings[name] = value
		if _, err := dlocal.New(a, nil, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := dlocal.New(account("western"), nil, nil); err == nil {
		t.Error("a network that dLocal does not carry")
	}
}

func TestDetailsThatAreMissing(t *testing.T) {
	d := due()
	d.OriginalTransaction = ""
	s := says(500, "")
	if o := open(t, account("efecty"), s).Submit(context.Background(), d); o.HoldReason != disbursement.HoldDetails || s.calls != 0 {
		t.Errorf("%+v", o)
	}
	_, err := open(t, account("efecty"), s).CreatePayment(context.Background(), payment.Payment{ID: "pay_1", Amount: money.New(100_00, money.COP)})
	if !errors.Is(err, provider.ErrDetails) || s.calls != 0 {
		t.Errorf("%v", err)
	}
}

// TestAnAnswerAboutAnotherRefund is none, once dLocal's id is known.
func TestAnAnswerAboutAnotherRefund(t *testing.T) {
	for reference, want := range map[string]disbursement.Claim{"REF-1": disbursement.ClaimAccepted, "REF-2": disbursement.ClaimUnknown} {
		d := due()
		d.Reference = reference
		if o := open(t, account("efecty"), says(200, pending)).Status(context.Background(), d); o.Claim != want {
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
		d.LastSentAt = ten().Add(-time.Hour)
		if o := open(t, account("efecty"), says(c.status, c.answer)).Status(context.Background(), d); o.Claim != c.want {
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
	client := open(t, account("efecty"), says(200, string(raw)))
	polled, err := client.ReadPayment(context.Background(), payment.Payment{ID: "pay_7", Amount: money.New(80_000_00, money.COP)})
	facts, err2 := client.Read(delivery("/", string(raw)))
	if err != nil || err2 != nil || len(facts) != 1 || facts[0].Ours != "pay_7" || facts[0].Reference != "28000042" {
		t.Fatalf("%+v, %+v, %v, %v", polled, facts, err, err2)
	}
	for _, o := range []payment.Observation{polled, *facts[0].Payment} {
		if o.Claim != payment.ClaimPaid || o.TransactionID != "D-4-000000000042" || o.Minor != 80_000_00 || !o.OccurredAt.Equal(ten()) {
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
		m := open(t, a, says(500, "")).Missing(disbursement.Refund, disbursement.Original, c.who)
		if got := strings.Trim(fmt.Sprint(m.Asked), "[]"); got != c.want || m.Needed != nil {
			t.Errorf("%q of %v, want %q", got, m.Needed, c.want)
		}
	}
}
