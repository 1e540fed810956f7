package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

func example(t *testing.T) enrolment {
	t.Helper()
	f, err := os.Open("example.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := read(f, "")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func empty() *memstore.Store { return memstore.New(memstore.Options{Now: time.Now}) }

func TestEnrolledMerchantsAreLetIn(t *testing.T) {
	ctx, s, e := context.Background(), empty(), example(t)
	for range 2 { // a second run changes what is there
		keys, err := enrol(ctx, s, e)
		if err != nil || len(keys) != 2 {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		directory := &merchant.Directory{Store: s, Now: time.Now}
		for i, role := range []merchant.Role{merchant.Operator, merchant.Admin} {
			key, m, err := directory.Who(ctx, keys[i].Key)
			if err != nil || key.Role != role || m.ID != "tienda" || m.Stores[0].Limits.WithoutApproval != 500000 {
				t.Errorf("%+v of %+v, %v", key, m, err)
			}
		}
		e.Merchant.Name = "Tienda II"
	}
	a, err := provider.Book{Store: s}.Account(ctx, "tienda-pe")
	if err != nil || a.Tenant != "tienda" || a.Mode != provider.Test || a.Fees.PerTenThousand != 350 {
		t.Errorf("account %s of %s: %v", a.ID, a.Tenant, err)
	}
	if _, err := (provider.Book{Store: s, Live: true}).Account(ctx, "tienda-pe"); err == nil {
		t.Error("a live stack finds the test account")
	}
}

// TestEnrollingAgainKeepsTheRules: what people have decided since the file was written stays decided.
func TestEnrollingAgainKeepsTheRules(t *testing.T) {
	ctx, s, e := context.Background(), empty(), example(t)
	if _, err := enrol(ctx, s, e); err != nil {
		t.Fatal(err)
	}
	ruled := e.Merchant
	ruled.Rules = []merchant.Rules{{Number: 3}}
	if err := s.Commit(ctx, store.Put{Record: merchant.Encode(ruled, 1)}); err != nil {
		t.Fatal(err)
	}
	if _, err := enrol(ctx, s, e); err != nil {
		t.Fatal(err)
	}
	record, err := s.Get(ctx, merchant.Key("tienda"))
	if m, err2 := merchant.Decode(record); err != nil || err2 != nil || len(m.Rules) != 1 || m.Rules[0].Number != 3 {
		t.Errorf("%+v %v %v", m.Rules, err, err2)
	}
}

// The id of an account is in its webhook's path: whoever could take another's would get its webhooks.
func TestAnotherMerchantsAccountIsNotTaken(t *testing.T) {
	ctx, s, e := context.Background(), empty(), example(t)
	if _, err := enrol(ctx, s, e); err != nil {
		t.Fatal(err)
	}
	e.Merchant.ID = "thief"
	if _, err := enrol(ctx, s, e); err == nil {
		t.Fatal("taken over")
	}
	if _, err := s.Get(ctx, merchant.Key("thief")); !strings.Contains(err.Error(), store.ErrNotFound.Error()) {
		t.Errorf("half of it was written: %v", err)
	}
}

func TestFaultsAreNamedAndNothingElse(t *testing.T) {
	text, err := os.ReadFile("example.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ from, to, want string }{
		{`"mode": "test"`, `"mode": "prod"`, "mode must be"},
		{`"id": "tienda"`, `"id": "a#b"`, "merchant.id"},
		{`"without_approval"`, `"without_aproval"`, "without_aproval"},
		{`"access_key": "…", `, ``, `"access_key" is missing`},
		{`"secrets": ["…"]`, `"secrets": []`, "no webhook secret"},
		{`"account": "tienda-pe"}`, `"account": "tienda-pa"}`, `names account "tienda-pa"`},
		{`"currency": "PEN"`, `"currency": "XXX"`, `currency "XXX"`},
		{`"name": "Tienda S.A.C.",`, `"rules": [{"from": "2026-11-20"}],`, "merchant.rules"},
		{`"role": "admin"`, `"role": "boss"`, `key of "ana"`},
		{`"provider": "pagoefectivo",
      "network"`, `"provider": "nobody",
      "network"`, `no provider "nobody"`},
	} {
		changed := strings.Replace(string(text), tc.from, tc.to, 1)
		if changed == string(text) {
			t.Fatalf("%q is not in the example", tc.from)
		}
		var out, errs bytes.Buffer
		code := run([]string{"--check"}, strings.NewReader(strings.ReplaceAll(changed, "…", "s3cr3t")), &out, &errs)
		if code != 1 || !strings.Contains(errs.String(), tc.want) || strings.Contains(errs.String(), "s3cr3t") {
			t.Errorf("%s: exit %d, %s", tc.to, code, errs.String())
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, tc := range []struct {
		args []string
		code int
	}{{nil, 2}, {[]string{"--table", "t", "--check"}, 2}, {[]string{"--check", "more"}, 2}, {[]string{"--nothing"}, 2}, {[]string{"--check"}, 0}, {[]string{"--check", "--rotated", "a,b"}, 0}} {
		f, err := os.Open("example.json")
		if err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		if code := run(tc.args, f, &out, &errs); code != tc.code {
			t.Errorf("%v: exit %d, want %d: %s", tc.args, code, tc.code, errs.String())
		}
		_ = f.Close()
	}
}
