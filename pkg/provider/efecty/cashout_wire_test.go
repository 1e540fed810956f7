package efecty_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/efecty"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func d24(t testing.TB, counter string, w *providertest.Wire) *provider.Client {
	t.Helper()
	account := cashOut(counter).Account
	account.Secrets = []string{"newer", "older"}
	client, _ := providertest.Open(t, efecty.New, account, w)
	return client
}

func handedOut() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.CashWithdrawal, Amount: money.New(50_000_00, money.COP),
		Beneficiary: identity.Person{Name: "Ana Ruiz Soto", DocumentType: "PAS", DocumentNumber: "12345678", Phone: "+57 300-111 2233", Email: "ana@buyer.example"}}
}

func TestACashOutOnTheWire(t *testing.T) {
	for counter, account := range map[string]string{"10003": "", "10006": "573001112233"} {
		w := providertest.Says(200, `{"cashout_id":"8405147"}`)
		o := d24(t, counter, w).Submit(context.Background(), handedOut())
		want := `{"login":"login-demo","pass":"pass-demo","external_id":"rf_1","country":"CO","currency":"COP","amount":50000,"document_id":"12345678",` +
			`"document_type":"PASS","bank_code":"` + counter + `","bank_account":"` + account + `","account_type":"S","beneficiary_name":"Ana",` +
			`"beneficiary_lastname":"Ruiz Soto","address":"Calle 18, Bogotá","phone":"+57 300 1112233","email":"ana@buyer.example",` +
			`"notification_url":"https://shop.example/h"}`
		if s := w.Last(); s.Text != want || s.Line() != "POST /v3/cashout" || s.Header.Get("Payload-Signature") != provider.Sign("whsec-sandbox-d24-demo", []byte(want)) {
			t.Errorf("sent %s\n%s, %v", s.Line(), s.Text, s.Header)
		}
		if o.Claim != disbursement.ClaimAccepted || o.Reference != "8405147" || o.CashCode != "" {
			t.Errorf("%+v", o)
		}
	}
}

func TestACashOutNeedsWhomTheCounterCanKnow(t *testing.T) {
	for name, c := range map[string]struct {
		counter string
		spoil   func(*identity.Person)
	}{
		"one name only":       {"10003", func(p *identity.Person) { p.Name = "Ana " }},
		"a document of Peru":  {"10003", func(p *identity.Person) { p.DocumentType, p.DocumentNumber = "DNI", "76543210" }},
		"too long a document": {"10003", func(p *identity.Person) { p.DocumentNumber = "12345678901" }},
		"letters in it":       {"10003", func(p *identity.Person) { p.DocumentNumber = "AB123456" }},
		"no phone":            {"10003", func(p *identity.Person) { p.Phone = "" }},
		"a phone of Peru":     {"10003", func(p *identity.Person) { p.Phone = "+51987654321" }},
		"nine digits":         {"10003", func(p *identity.Person) { p.Phone = "+57300111223" }},
		"letters":             {"10003", func(p *identity.Person) { p.Phone = "+57300111223x" }},
		"no e-mail":           {"10006", func(p *identity.Person) { p.Email = "" }},
	} {
		providertest.Lacking(t, func(w *providertest.Wire) *provider.Client { return d24(t, c.counter, w) }, handedOut,
			map[string]func(*disbursement.Disbursement){name: providertest.Who(c.spoil)})
	}
	d := handedOut()
	d.Beneficiary.Email = ""
	if o := d24(t, "10003", providertest.Says(200, `{"cashout_id":1}`)).Submit(context.Background(), d); o.Claim != disbursement.ClaimAccepted {
		t.Errorf("Efecty wants no e-mail address: %+v", o)
	}
}

// TestWhatACashOutsAnswerProves: a code under the status it is documented with is a refusal; the same code elsewhere, a
// lack of funds, and a good status with a code inside prove nothing.
func TestWhatACashOutsAnswerProves(t *testing.T) {
	for answer, c := range map[providertest.Answer]disbursement.Claim{
		{Status: 200, Text: `{"cashout_id":7}`}:                      disbursement.ClaimAccepted,
		{Status: 200, Text: `{"cashout_id":""}`}:                     disbursement.ClaimUnknown,
		{Status: 200, Text: `{"cashout_id":7,"code":514}`}:           disbursement.ClaimUnknown,
		{Status: 200, Text: `{"code":300}`}:                          disbursement.ClaimUnknown,
		{Status: 400, Text: `{"code":300,"message":"Invalid"}`}:      disbursement.ClaimRejected,
		{Status: 400, Text: `{"code":"515"}`}:                        disbursement.ClaimRejected,
		{Status: 412, Text: `{"code":300}`}:                          disbursement.ClaimUnknown,
		{Status: 500, Text: `{"code":515}`}:                          disbursement.ClaimUnknown,
		{Status: 400, Text: `{"code":514}`}:                          disbursement.ClaimUnknown,
		{Status: 400, Text: `{"code":537}`}:                          disbursement.ClaimUnknown,
		{Status: 412, Text: `{"code":703}`}:                          disbursement.ClaimUnknown,
		{Status: 400, Text: `{"code":511,"message":"Already used"}`}: disbursement.ClaimUnknown, // and the question is answered alike
	} {
		if o := d24(t, "10003", providertest.Says(answer.Status, answer.Text)).Submit(context.Background(), handedOut()); o.Claim != c {
			t.Errorf("%+v: %+v, want %s", answer, o, c)
		}
	}
}

// TestAnIDThatIsUsedIsAskedFor: what the first call did is what the second tells; if it cannot be asked, nothing is proven.
func TestAnIDThatIsUsedIsAskedFor(t *testing.T) {
	used := func() *providertest.Wire { return providertest.Says(400, `{"code":511}`) }
	for answer, c := range map[providertest.Answer]disbursement.Claim{
		{Status: 200, Text: `{"cashout_status":1}`}: disbursement.ClaimPaid,
		{Status: 412, Text: `{"code":509}`}:         disbursement.ClaimUnknown,
		{Status: 400, Text: `{"code":300}`}:         disbursement.ClaimUnknown,
		{Status: 503, Text: ``}:                     disbursement.ClaimUnknown,
	} {
		w := used().Then(answer.Status, answer.Text)
		if o := d24(t, "10003", w).Submit(context.Background(), handedOut()); o.Claim != c || w.Last().Line() != "POST /v3/cashout/status" ||
			w.Last().Text != `{"external_id":"rf_1","login":"login-demo","pass":"pass-demo"}` {
			t.Errorf("%+v: %+v after %s %s", answer, o, w.Last().Line(), w.Last().Text)
		}
	}
}

func TestStandingsOfACashOut(t *testing.T) {
	for text, c := range map[string]struct {
		want disbursement.Claim
		word string
	}{
		`{"cashout_status":0}`:                        {disbursement.ClaimAccepted, "0"},
		`{"cashout_status":"4"}`:                      {disbursement.ClaimAccepted, "4"},
		`{"cashout_status":5}`:                        {disbursement.ClaimAccepted, "5"},
		`{"cashout_status":1}`:                        {disbursement.ClaimPaid, "1"},
		`{"cashout_status":2}`:                        {disbursement.ClaimVoided, "2"},
		`{"cashout_status":3,"rejection_code":806}`:   {disbursement.ClaimRejected, "806"},
		`{"cashout_status":3,"rejection_code":"809"}`: {disbursement.ClaimReturned, "809"},
		`{"cashout_status":3,"rejection_code":826}`:   {disbursement.ClaimReturned, "826"},
		`{"cashout_status":3}`:                        {disbursement.ClaimRejected, "3"},
		`{"cashout_status":3,"rejection_code":999}`:   {disbursement.ClaimRejected, "3"},
		`{"cashout_status":6}`:                        {disbursement.ClaimUnknown, ""},
		`{"cashout_status":null}`:                     {disbursement.ClaimUnknown, ""},
		`{"cashout_status":1,"code":509}`:             {disbursement.ClaimUnknown, ""},
		`{"cashout_status":[1]}`:                      {disbursement.ClaimUnknown, ""},
		`<html>`:                                      {disbursement.ClaimUnknown, ""},
	} {
		d := handedOut()
		d.State, d.SentAt, d.LastSentAt = disbursement.Unknown, providertest.Ten(), providertest.Ten()
		o := d24(t, "10003", providertest.Says(200, text)).Status(context.Background(), d)
		if o.Claim != c.want || (c.word != "" && o.Word != c.word) {
			t.Errorf("%s: %+v, want %+v", text, o, c)
		}
	}
}

// TestWhatIsNoCashOut: only the documented pair says that there is none; and a cash-out whose id was never told goes by ours.
func TestWhatIsNoCashOut(t *testing.T) {
	d := handedOut()
	d.State, d.SentAt, d.LastSentAt = disbursement.Unknown, providertest.Ten(), providertest.Ten()
	for answer, want := range map[providertest.Answer]bool{{Status: 412, Text: `{"code":509}`}: true, {Status: 412, Text: `{"code":300}`}: false,
		{Status: 404, Text: `{"code":509}`}: false, {Status: 400, Text: `{"code":509}`}: false, {Status: 412}: false} {
		o := d24(t, "10003", providertest.Says(answer.Status, answer.Text)).Status(context.Background(), d)
		if none := strings.Contains(o.Note, "not found"); none != want {
			t.Errorf("%+v: %+v", answer, o)
		}
	}
	for known, want := range map[string]string{"": "rf_1", "7": "7"} {
		d.Reference = known
		if o := d24(t, "10003", providertest.Says(200, `{"cashout_status":0}`)).Status(context.Background(), d); o.Reference != want {
			t.Errorf("%q: %+v", known, o)
		}
	}
}

func TestAccountsOfD24(t *testing.T) {
	for name, c := range map[string]struct{ setting, value string }{
		"through another":      {"through", "pagsmile"},
		"a counter nobody has": {"bank_code", "10007"},
		"no notification_url":  {"notification_url", ""},
		"no address":           {"address", ""},
		"no number of minutes": {"quiet_minutes", "soon"},
	} {
		account := cashOut("10003").Account
		account.Settings[c.setting] = c.value
		if _, err := efecty.New(account, providertest.Says(500), providertest.NewHost(providertest.Ten(), 1)); err == nil || !strings.Contains(err.Error(), c.setting) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, credential := range []string{"login", "pass", "secret"} {
		account := cashOut("10003").Account
		delete(account.Credentials, credential)
		if _, err := efecty.New(account, providertest.Says(500), providertest.NewHost(providertest.Ten(), 1)); err == nil || !strings.Contains(err.Error(), credential) {
			t.Errorf("no %s: %v", credential, err)
		}
	}
}

// TestACashOutIsWholePesosWithinItsLimits unless the contract says that D24 takes the two decimals it documents.
func TestACashOutIsWholePesosWithinItsLimits(t *testing.T) {
	for minor, c := range map[int64][2]string{19_999_00: {"", ""}, 20_000_00: {"20000", "20000.00"}, 20_000_50: {"", "20000.50"},
		1_500_000_00: {"1500000", "1500000.00"}, 1_500_001_00: {"", ""}} {
		for i, cents := range []string{"false", "true"} {
			account := cashOut("10003").Account
			account.Settings["cents"] = cents
			w, d := providertest.Says(500), handedOut()
			d.Amount = money.New(minor, money.COP)
			client, _ := providertest.Open(t, efecty.New, account, w)
			client.Submit(context.Background(), d)
			if sent := len(w.Sent) == 1; sent != (c[i] != "") || (sent && !strings.Contains(w.Last().Text, `"amount":`+c[i]+`,`)) {
				t.Errorf("%d, cents %s: sent %v", minor, cents, w.Sent)
			}
		}
	}
}

func notified(secret, ours, theirs string) provider.Delivery {
	control := strings.ToUpper(provider.Sign(secret, []byte("Be4"+ours+"Bo7")))
	return provider.Delivery{Header: http.Header{}, ReceivedAt: providertest.Ten(),
		Body: []byte(url.Values{"external_id": {ours}, "cashout_id": {theirs}, "control": {control}}.Encode())}
}

func TestNotificationsOfCashOuts(t *testing.T) {
	client := d24(t, "10003", providertest.Says(200, `{"cashout_status":1}`))
	lower := notified("newer", "rf_1", "7")
	lower.Body = []byte(strings.ToLower(string(lower.Body)))
	for name, c := range map[string]struct {
		delivery provider.Delivery
		good     bool
	}{
		"ours":            {notified("newer", "rf_1", "7"), true},
		"the older":       {notified("older", "rf_1", "7"), true},
		"another's":       {notified("other", "rf_1", "7"), false},
		"an empty key":    {notified("", "rf_1", "7"), false},
		"lower case":      {lower, false},
		"no control":      {provider.Delivery{Body: []byte("external_id=rf_1&cashout_id=7")}, false},
		"another subject": {provider.Delivery{Body: []byte(strings.Replace(string(notified("newer", "rf_1", "7").Body), "rf_1", "rf_2", 1))}, false},
	} {
		if err := client.Verify(c.delivery); (err == nil) != c.good || (err != nil && !errors.Is(err, provider.ErrSignature)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for body, want := range map[string]int{"external_id=rf_1&cashout_id=7": 1, "external_id=po_1&cashout_id=7": 1, "external_id=by-hand&cashout_id=7": 0,
		"external_id=rf_1": -1, "cashout_id=7": -1, "external_id=rf_1&cashout_id=7x": -1, "%zz": -1} {
		facts, err := client.Read(provider.Delivery{Body: []byte(body)})
		if (want < 0) != errors.Is(err, provider.ErrMalformed) || len(facts) != max(want, 0) {
			t.Errorf("%s: %+v, %v", body, facts, err)
		}
		for _, f := range facts {
			if f.Disbursement != nil || f.Reference != "7" {
				t.Errorf("a notification tells no status: %+v", f)
			}
		}
	}
	facts, err := client.Facts(context.Background(), notified("newer", "rf_1", "7"))
	if err != nil || len(facts) != 1 || facts[0].Disbursement.Claim != disbursement.ClaimPaid || facts[0].Disbursement.Reference != "7" {
		t.Errorf("%+v, %v", facts, err)
	}
}

// FuzzCashOutNotification: whatever comes, it names a cash-out or is malformed, and nobody's but the holder's is believed.
func FuzzCashOutNotification(f *testing.F) {
	f.Add([]byte("date=2026-11-20+15%3A00%3A00&external_id=rf_1&cashout_id=7&control=AB"))
	client := d24(f, "10003", providertest.Says(500))
	f.Fuzz(func(t *testing.T, body []byte) {
		d := provider.Delivery{Body: body}
		providertest.Forged(t, client, d)
		providertest.Reads(t, client, d, func(f provider.Fact) bool { return f.Ours != "" && providertest.Names(f) })
	})
}
