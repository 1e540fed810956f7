package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// of is an enrolment of one account, as it is played.
func of(t *testing.T, id string) enrolment {
	t.Helper()
	for _, a := range append(allsim.Accounts("tienda"), allsim.CashOut("tienda")) {
		if a.ID == id {
			return enrolment{Mode: provider.Test, Merchant: merchant.Merchant{ID: "tienda"}, Accounts: []account{{ID: a.ID, Provider: a.Provider, Network: a.Network,
				Endpoint: a.Endpoint, Credentials: a.Credentials, Secrets: a.Secrets, Settings: a.Settings}}}
		}
	}
	t.Fatalf("no account %q", id)
	return enrolment{}
}

// TestAnotherAccountDoesNotTakeAnIDOver: what was sent to the old one would be asked about at the new one, not be found there,
// and be sent again. What is only rotated or counted passes.
func TestAnotherAccountDoesNotTakeAnIDOver(t *testing.T) {
	set := func(name, value string) func(*enrolment) {
		return func(e *enrolment) {
			a := &e.Accounts[0]
			if _, ok := a.Credentials[name]; ok {
				a.Credentials[name] = value
				return
			}
			a.Settings[name] = value
		}
	}
	const token = "APP_USR-8499883828799661-062409-bf057c51fc05f87eba5608328f869879-776566693"
	paid := func(from, to string) []func(*enrolment) {
		return []func(*enrolment){set("access_token", from), set("access_token", to)}
	}
	for name, c := range map[string]struct {
		account string
		change  []func(*enrolment) // the first of two is there from the start
		differs string             // in the refusal; empty = it passes
	}{
		"the same again": {account: "efecty-tienda", change: []func(*enrolment){func(*enrolment) {}}},
		"another provider": {"efecty-tienda", []func(*enrolment){func(e *enrolment) {
			e.Accounts = of(t, "dlocal-co-tienda").Accounts
			e.Accounts[0].ID = "efecty-tienda"
		}}, "provider, endpoint, login"},
		"another network":     {"dlocal-co-tienda", []func(*enrolment){func(e *enrolment) { e.Accounts[0].Network = "pagoefectivo" }}, "network"},
		"another mode":        {"dlocal-co-tienda", []func(*enrolment){func(e *enrolment) { e.Mode = provider.Live }}, "mode"},
		"another address":     {"dlocal-co-tienda", []func(*enrolment){func(e *enrolment) { e.Accounts[0].Endpoint = "https://api.dlocal.com" }}, "endpoint"},
		"through D24 by now":  {"efecty-tienda", []func(*enrolment){func(e *enrolment) { e.Accounts[0].throughD24(t) }}, "login, merchant_id, terminal_id, through"},
		"with the same login": {"efecty-tienda", []func(*enrolment){set("through", ""), func(e *enrolment) { e.Accounts[0].Settings["through"] = "d24" }}, "through"},
		"another merchant":    {"efecty-tienda", []func(*enrolment){set("merchant_id", "s3cr3t")}, "merchant_id"},
		"another terminal":    {"efecty-tienda", []func(*enrolment){set("terminal_id", "s3cr3t")}, "terminal_id"},
		"another at D24":      {"d24-tienda", []func(*enrolment){set("login", "s3cr3t")}, "login"},
		"another service":     {"pagoefectivo-tienda", []func(*enrolment){set("service_id", "99")}, "service_id"},
		"another at dLocal":   {"dlocal-co-tienda", []func(*enrolment){set("login", "s3cr3t")}, "login"},
		"another at Rapyd":    {"rapyd-co-tienda", []func(*enrolment){set("access_key", "s3cr3t")}, "access_key"},
		"another at Kushki":   {"kushki-co-tienda", []func(*enrolment){set("public_merchant_id", "s3cr3t")}, "public_merchant_id"},
		"another at ePayco":   {"epayco-co-tienda", []func(*enrolment){set("customer_id", "s3cr3t")}, "customer_id"},
		"another at PayU":     {"payu-co-tienda", []func(*enrolment){set("account_id", "s3cr3t")}, "account_id"},
		"another payouts API": {"payu-co-tienda", []func(*enrolment){set("payouts_url", "https://s3cr3t.example")}, "payouts_url"},
		"another user":        {"mercadopago-co-tienda", paid(token, strings.Replace(token, "776566693", "776566694", 1)), "user id in access_token"},
		"a token for play":    {"mercadopago-co-tienda", paid(token, strings.Replace(token, "APP_USR", "TEST", 1)), "kind of access_token"},
		"of a form by itself": {"mercadopago-co-tienda", paid(token, "s3cr3t"), "kind of access_token, user id in access_token"},
		"no telling":          {"mercadopago-co-tienda", paid("s3cr3t", "s3cr3t2"), "--rotated mercadopago-co-tienda"},
		"a key alone":         {"ebanx-co-tienda", []func(*enrolment){set("integration_key", "s3cr3t")}, "--rotated ebanx-co-tienda"},
		"another one rotated": {"ebanx-co-tienda", []func(*enrolment){func(e *enrolment) { set("integration_key", "s3cr3t")(e); e.rotated = []string{"x", "dlocal-co-tienda"} }}, "--rotated ebanx-co-tienda"},

		"a rotated token":      {"mercadopago-co-tienda", paid(token, strings.Replace(token, "062409-bf057c51fc05f87eba5608328f869879", "070101-00", 1)), ""},
		"the user's other app": {"mercadopago-co-tienda", paid(token, strings.Replace(token, "8499883828799661", "1", 1)), ""},
		"a key said to rotate": {"ebanx-co-tienda", []func(*enrolment){func(e *enrolment) { set("integration_key", "new")(e); e.rotated = []string{"x", "ebanx-co-tienda"} }}, ""},
		"rotated keys":         {"dlocal-co-tienda", []func(*enrolment){func(e *enrolment) { set("trans_key", "new")(e); set("secret_key", "new")(e) }}, ""},
		"webhook secrets":      {"ebanx-co-tienda", []func(*enrolment){func(e *enrolment) { e.Accounts[0].Secrets = []string{"new", e.Accounts[0].Secrets[0]} }}, ""},
		"fees":                 {"ebanx-co-tienda", []func(*enrolment){func(e *enrolment) { e.Accounts[0].Fees = fees{PerTenThousand: 1} }}, ""},
		"settings of a call":   {"dlocal-co-tienda", []func(*enrolment){func(e *enrolment) { set("refund_lookup", "/refunds/{id}")(e); set("quiet_minutes", "20")(e) }}, ""},
	} {
		ctx, s, e := context.Background(), empty(), of(t, c.account)
		if len(c.change) > 1 {
			c.change[0](&e)
		}
		if _, err := enrol(ctx, s, e); err != nil {
			t.Fatal(name, err)
		}
		kept, _ := s.Get(ctx, provider.AccountKey(c.account))
		changed := of(t, c.account)
		if len(c.change) > 1 {
			c.change[0](&changed)
		}
		c.change[len(c.change)-1](&changed)
		_, err := enrol(ctx, s, changed)
		now, _ := s.Get(ctx, provider.AccountKey(c.account))
		if c.differs == "" {
			if err != nil || now.Version != 2 {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.differs) || !strings.Contains(err.Error(), "under an id of its own") || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
		if now.Version != 1 || !bytes.Equal(now.Body, kept.Body) {
			t.Errorf("%s: it was written all the same", name)
		}
		changed.Accounts[0].ID = "beside"
		if _, err := enrol(ctx, s, changed); err != nil {
			t.Errorf("%s: the next step is refused too: %v", name, err)
		}
	}
}

// throughD24 is what somebody does who thinks of D24 as a setting.
func (a *account) throughD24(t *testing.T) {
	d := of(t, "d24-tienda").Accounts[0]
	a.Credentials, a.Settings = d.Credentials, d.Settings
}

// TestRefusalsOfSeveralAccountsComeTogether: whoever mends the file mends it once.
func TestRefusalsOfSeveralAccountsComeTogether(t *testing.T) {
	ctx, s, e := context.Background(), empty(), of(t, "efecty-tienda")
	e.Accounts = slices.Concat(e.Accounts, of(t, "dlocal-co-tienda").Accounts)
	if _, err := enrol(ctx, s, e); err != nil {
		t.Fatal(err)
	}
	for i := range e.Accounts {
		e.Accounts[i].Endpoint = "https://elsewhere.example"
	}
	if _, err := enrol(ctx, s, e); err == nil || !strings.Contains(err.Error(), `"efecty-tienda"`) || !strings.Contains(err.Error(), `"dlocal-co-tienda"`) {
		t.Error(err)
	}
}

// TestASandboxIsOpenedAgain: it has a new key and new secrets, and the books it had. An account that was not played is not
// taken over by one that is.
func TestASandboxIsOpenedAgain(t *testing.T) {
	ctx, s := context.Background(), empty()
	for range 2 {
		e, err := playedExample(t)
		if err == nil {
			_, err = enrol(ctx, s, e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	e, err := playedExample(t)
	if err != nil {
		t.Fatal(err)
	}
	kept := e.Accounts[0].of(e)
	for name, change := range map[string]func(*provider.Account){
		"real":             func(a *provider.Account) { a.Endpoint = "https://api.efecty.example" },
		"of another stack": func(a *provider.Account) { a.Endpoint = strings.Replace(a.Endpoint, site, "https://other.example", 1) },
		"at another":       func(a *provider.Account) { a.Provider, a.Fees = "payu", settlement.Fees{} },
		"live":             func(a *provider.Account) { a.Mode = provider.Live },
		"without a key":    func(a *provider.Account) { a.Endpoint = site + "/_sandbox/wire/x/efecty" },
	} {
		was := kept
		change(&was)
		if err := e.again(was, kept); err == nil {
			t.Errorf("one that is %s was taken over", name)
		}
	}
	if err := e.again(kept, kept); err != nil {
		t.Error(err)
	}
	if e.sandboxKey = ""; e.replays(kept, kept) {
		t.Error("replayed without a sandbox")
	}
}
