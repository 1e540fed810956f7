package bundle_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/bundle/hearing"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/port"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/store"
)

type clock struct{}

func (clock) Now() time.Time { return time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC) }

func (clock) WithTimeout(ctx context.Context, _ time.Duration) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

type quiet struct{}

func (quiet) Send(context.Context, job.Job, time.Duration) error { return nil }

// both is a bundle whose table holds keys and accounts of both modes.
func both(t *testing.T, live bool) *bundle.Bundle {
	t.Helper()
	s := memstore.New(memstore.Options{Now: clock{}.Now})
	writes := []store.Write{store.Put{Record: merchant.Encode(merchant.Merchant{ID: "m"}, 0)}}
	for _, key := range []string{"sk_test_1", "sk_live_1"} {
		hash, mode, err := merchant.HashKey(key)
		if err != nil {
			t.Fatal(err)
		}
		writes = append(writes, store.Put{Record: merchant.EncodeKey(merchant.APIKey{Hash: hash, Merchant: "m", Role: merchant.Admin, Mode: mode}, 0)})
	}
	for _, mode := range []provider.Mode{provider.Test, provider.Live} {
		a := allsim.Accounts("m")[0]
		a.ID, a.Mode = string(mode)+"-account", mode
		writes = append(writes, store.Put{Record: provider.EncodeAccount(a, 0)})
	}
	if err := s.Commit(context.Background(), writes...); err != nil {
		t.Fatal(err)
	}
	return bundle.New(port.Set{Store: s, Sender: quiet{}, Clock: clock{}, Live: live,
		NewID: func() string { return "req_1" }, Log: slog.New(slog.DiscardHandler)}, all.Registry())
}

// A stack answers the keys of its own mode only, and knows no account of the other.
func TestModesAreNeverMixed(t *testing.T) {
	for _, tc := range []struct {
		live          bool
		key, account  string
		api, delivery int
	}{
		{false, "sk_test_1", "test-account", 200, 401}, // 401: the delivery is unsigned, but the account is known
		{false, "sk_live_1", "live-account", 401, 404},
		{true, "sk_live_1", "live-account", 200, 401},
		{true, "sk_test_1", "test-account", 401, 404},
	} {
		b := both(t, tc.live)
		r := httptest.NewRequest(http.MethodGet, "/v1/payments", nil)
		r.Header.Set("Authorization", "Bearer "+tc.key)
		if got := status(b.MerchantAPI(), r); got != tc.api {
			t.Errorf("live=%t, key %s: %d, want %d", tc.live, tc.key, got, tc.api)
		}
		r = httptest.NewRequest(http.MethodPost, "/webhooks/efecty/"+tc.account, strings.NewReader("{}"))
		if got := status(hearing.Intake(b), r); got != tc.delivery {
			t.Errorf("live=%t, account %s: %d, want %d", tc.live, tc.account, got, tc.delivery)
		}
	}
}

func status(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestAccountsOfTheOtherModeAreNotListed(t *testing.T) {
	s := memstore.New(memstore.Options{Now: clock{}.Now})
	for _, mode := range []provider.Mode{provider.Test, provider.Live} {
		a := allsim.Accounts("m")[0]
		a.ID, a.Mode = string(mode), mode
		if err := s.Commit(context.Background(), store.Put{Record: provider.EncodeAccount(a, 0)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, live := range []bool{false, true} {
		accounts, err := provider.Book{Store: s, Live: live}.OfNetwork(context.Background(), "efecty")
		if err != nil || len(accounts) != 1 || (accounts[0].Mode == provider.Live) != live {
			t.Errorf("live=%t: %v, %v", live, accounts, err)
		}
	}
}
