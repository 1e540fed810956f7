package merchant_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

func demo() merchant.Merchant {
	return merchant.Merchant{ID: "demo", Name: "Tienda", Stores: []merchant.Store{
		{ID: "store_pe", Currency: money.PEN, Network: "pagoefectivo",
			Accounts: []merchant.AccountRef{{Provider: "pagoefectivo", Account: "a1"}, {Provider: "dlocal", Account: "a2"}},
			Limits:   merchant.Limits{WithoutApproval: 1, Daily: 2, CashMinimum: 3}}}}
}

// counted counts the reads that reach the store.
type counted struct {
	store.Store
	reads int
}

func (c *counted) Get(ctx context.Context, key store.Key) (store.Record, error) {
	c.reads++
	return c.Store.Get(ctx, key)
}

type world struct {
	t         *testing.T
	now       time.Time
	store     *counted
	directory *merchant.Directory
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.now }
	w.store = &counted{Store: memstore.New(memstore.Options{Now: now})}
	w.directory = &merchant.Directory{Store: w.store, Now: now}
	w.put(store.Put{Record: merchant.Encode(demo(), 0)}, store.Put{Record: merchant.EncodeKey(w.key("sk_test_x"), 0)})
	return w
}

func (w *world) key(token string) merchant.APIKey {
	w.t.Helper()
	hash, mode, err := merchant.HashKey(token)
	if err != nil {
		w.t.Fatal(err)
	}
	return merchant.APIKey{Hash: hash, Merchant: "demo", Person: "ana", Role: merchant.Operator, Mode: mode}
}

func (w *world) put(writes ...store.Write) {
	w.t.Helper()
	if err := w.store.Commit(context.Background(), writes...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) who(token string) error {
	_, m, err := w.directory.Who(context.Background(), token)
	if err == nil {
		if diff := cmp.Diff(demo(), m); diff != "" {
			w.t.Error(diff)
		}
	}
	return err
}

func TestAWarmFunctionReadsNothing(t *testing.T) {
	w := open(t)
	for range 100 {
		if err := w.who("sk_test_x"); err != nil {
			t.Fatal(err)
		}
	}
	if w.store.reads != 2 {
		t.Errorf("%d reads for one key and one merchant", w.store.reads)
	}
	want := w.key("sk_test_x")
	want.LastUsed, want.Version = calendar.Date{Year: 2026, Month: 11, Day: 20}, 2
	key, _, _ := w.directory.Who(context.Background(), "sk_test_x")
	if diff := cmp.Diff(want, key); diff != "" {
		t.Error(diff)
	}
}

// TestARevokedKeyWorksAMinuteAtMost even if it is used all the time.
func TestARevokedKeyWorksAMinuteAtMost(t *testing.T) {
	w := open(t)
	if err := w.who("sk_test_x"); err != nil {
		t.Fatal(err)
	}
	revoked := w.key("sk_test_x")
	revoked.Revoked = true
	w.put(store.Put{Record: merchant.EncodeKey(revoked, 2) /* its use was noted */})
	for s := range 120 {
		err := w.who("sk_test_x")
		if s >= 60 && !errors.Is(err, merchant.ErrKey) {
			t.Fatalf("%d s after: %v", s, err)
		}
		w.now = w.now.Add(time.Second)
	}
}

func TestWhoIsNotLetIn(t *testing.T) {
	w := open(t)
	live := w.key("sk_live_x")
	swapped := w.key("sk_test_swapped")
	swapped.Mode = "live"
	orphan := w.key("sk_test_orphan")
	orphan.Merchant = "gone"
	for _, k := range []merchant.APIKey{live, swapped, orphan} {
		w.put(store.Put{Record: merchant.EncodeKey(k, 0)})
	}
	for token, want := range map[string]error{
		"sk_test_x": nil, "sk_test_y": store.ErrNotFound, "sk_live_x": merchant.ErrKey, "sk_test_swapped": merchant.ErrKey,
		"sk_test_orphan": store.ErrNotFound, "": merchant.ErrKey, "sk_": merchant.ErrKey, "sk_test_": merchant.ErrKey, "sk_prod_x": merchant.ErrKey,
		"SK_test_x": merchant.ErrKey, "test_x": merchant.ErrKey, "sk_test_" + strings.Repeat("x", 200): merchant.ErrKey,
	} {
		for range 2 { // a refusal is not remembered as anything else
			if err := w.who(token); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", token, err, want)
			}
		}
	}
	w.directory = &merchant.Directory{Store: w.store, Now: func() time.Time { return w.now }, Live: true}
	if err := w.who("sk_live_x"); err != nil {
		t.Errorf("a live stack refuses a live key: %v", err)
	}
	if err := w.who("sk_test_x"); !errors.Is(err, merchant.ErrKey) {
		t.Errorf("a live stack lets in a test key: %v", err)
	}
}

// TestMadeUpKeysTakeNoMemory: only what exists is remembered, so every probe costs its own read and nothing more.
func TestMadeUpKeysTakeNoMemory(t *testing.T) {
	w := open(t)
	for range 3 {
		_ = w.who("sk_test_nobody")
	}
	if w.store.reads != 3 {
		t.Errorf("%d reads", w.store.reads)
	}
}

func TestOnlyTheHashIsStored(t *testing.T) {
	w := open(t)
	record := merchant.EncodeKey(w.key("sk_test_verysecret"), 0)
	if strings.Contains(string(record.Body)+record.Key.String(), "verysecret") {
		t.Errorf("the key itself is stored: %s %s", record.Key, record.Body)
	}
	for _, decode := range []func(store.Record) error{
		func(r store.Record) error { _, err := merchant.Decode(r); return err },
		func(r store.Record) error { _, err := merchant.DecodeKey(r); return err },
	} {
		if decode(store.Record{Body: []byte("{")}) == nil {
			t.Error("half a record was read")
		}
	}
}

func TestRoles(t *testing.T) {
	actions := []merchant.Action{merchant.Read, merchant.Move, merchant.Agree, merchant.Close, merchant.Govern}
	for role, want := range map[merchant.Role][]bool{
		merchant.Viewer:   {true, false, false, false, false},
		merchant.Operator: {true, true, false, false, false},
		merchant.Approver: {true, true, true, false, false},
		merchant.Finance:  {true, false, false, true, false},
		merchant.Admin:    {true, true, true, true, true},
		"":                {false, false, false, false, false},
		"root":            {false, false, false, false, false},
	} {
		for i, a := range actions {
			if got := (merchant.APIKey{Role: role}).May(a); got != want[i] {
				t.Errorf("%q may do %d: %v", role, a, got)
			}
		}
		if (merchant.APIKey{Role: role}).May(99) {
			t.Errorf("%q may do what nobody knows", role)
		}
	}
}

func TestAccountsOfAStore(t *testing.T) {
	shop, ok := demo().Store("store_pe")
	if !ok {
		t.Fatal("no store")
	}
	if _, ok := demo().Store("store_xx"); ok {
		t.Error("a store that is none")
	}
	for provider, want := range map[string]string{"": "a1", "pagoefectivo": "a1", "dlocal": "a2", "stripe": ""} {
		if a, ok := shop.Account(provider); a.Account != want || ok != (want != "") {
			t.Errorf("%q: %+v, %v", provider, a, ok)
		}
	}
	if _, ok := (merchant.Store{}).Account(""); ok {
		t.Error("an account of a store without any")
	}
}

// TestTheDayOfUseIsOneWriteADay, and gives way to whoever changes the key at the same time.
func TestTheDayOfUseIsOneWriteADay(t *testing.T) {
	w := open(t)
	version := func() int64 {
		record, err := w.store.Get(context.Background(), merchant.APIKeyKey(w.key("sk_test_x").Hash))
		if err != nil {
			t.Fatal(err)
		}
		return record.Version
	}
	for range 24 * 60 {
		if err := w.who("sk_test_x"); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Minute)
	}
	if v := version(); v != 3 { // made, and used on two local days
		t.Errorf("%d writes", v)
	}
}
