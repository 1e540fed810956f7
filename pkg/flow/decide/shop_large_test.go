package decide_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

var payments = flag.Int("payments", 7000, "of the week that TestAWeekOfAnySize looks at")

// week is a store with a week of payments, made when they are asked for: of one in fifty no shop knows.
type week struct {
	store.Store
	n          int
	loose      map[string]int // payments that no shop knows, by id
	gets, keys atomic.Int64
	peak       uint64
}

func (w *week) day(i int) calendar.Date { return november(10 + i*7/w.n) }

func (w *week) payment(i int) payment.Payment {
	p := voucher(fmt.Sprint("A-", i), w.day(i), 1)
	p.CreatedAt = w.day(i).Start(calendar.Colombia().Zone()).Add(time.Duration(i%(w.n/7)) * 20 * time.Millisecond)
	return p
}

func (w *week) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	w.peak = max(w.peak, m.HeapAlloc)
}

// Get has the payments that no shop knows.
func (w *week) Get(_ context.Context, key store.Key) (store.Record, error) {
	w.gets.Add(1)
	if i, known := w.loose[strings.TrimPrefix(key.PK, "demo#")]; known {
		return payment.Encode(w.payment(i)), nil
	}
	return store.Record{}, store.ErrNotFound
}

func (w *week) Query(_ context.Context, q store.Query) (page store.Page, err error) {
	defer w.look()
	switch {
	case q.Index == store.List && q.KeysOnly:
		return w.listed(q), nil
	case q.PK == "demo#orders":
		return w.orders(q)
	}
	return page, nil
}

func (w *week) listed(q store.Query) (page store.Page) {
	from := slices.Index(w.days(), q.From[:len("2026-11-10")])
	first := max(from-1, 0) * w.n / 7
	for i := first; i < w.n; i++ {
		p := w.payment(i)
		key := payment.ListKey("demo", p.ID, p.CreatedAt)
		if key.SK < q.From || q.After != "" && key.SK <= q.After {
			continue
		}
		if key.SK > q.To {
			break
		}
		if page.Records = append(page.Records, store.Record{Key: payment.Key("demo", p.ID), Index: store.Places{List: key}}); len(page.Records) == q.Limit {
			page.Next = key.SK
			break
		}
	}
	w.keys.Add(int64(len(page.Records)))
	return page
}

func (w *week) days() (list []string) {
	for d := range 8 {
		list = append(list, november(10+d).String())
	}
	return list
}

// orders are kept a thousand to a record.
func (w *week) orders(q store.Query) (page store.Page, err error) {
	const each = 1000
	w.look()
	for i := 0; i < w.n; i += each {
		sk := fmt.Sprintf("%s|shop|%07d", w.day(i), i)
		if sk < q.From || sk > q.To || sk <= q.After {
			continue
		}
		known := map[string]any{}
		for k := i; k < min(i+each, w.n); k++ {
			if name := fmt.Sprint("A-", k); k%50 > 0 && w.day(k) == w.day(i) {
				known[name] = map[string]any{"w": order.Order{Name: name, State: order.Paid, Currency: money.PEN, Total: 1, Due: -1, Back: -1}, "by": "ana", "at": 1}
			}
		}
		body, err := json.Marshal(known)
		if err != nil {
			return page, err
		}
		if page.Records = append(page.Records, store.Record{Key: store.Key{PK: q.PK, SK: sk}, Body: body}); len(page.Records) == q.Limit {
			page.Next = sk
			break
		}
	}
	return page, nil
}

// TestAWeekOfAnySize is looked at in bounded memory and with a bounded number of reads, at its beginning and in its midst.
func TestAWeekOfAnySize(t *testing.T) {
	for _, after := range []string{"", "2026-11-13|1|"} {
		w := &week{n: *payments, loose: map[string]int{}}
		for i := 0; i < w.n; i += 50 {
			w.loose[payment.ID("demo", fmt.Sprint("A-", i))] = i
		}
		d := decide.Decider{Store: w}
		began := time.Now()
		legs, next, err := d.ShopLegs(context.Background(), shop(), decide.Span{From: november(10), To: november(16), After: after, Limit: 1000})
		if err != nil || len(legs) == 0 || len(legs) > 1250 || next == "" {
			t.Fatalf("%d legs, %q, %v", len(legs), next, err)
		}
		if gets, keys := w.gets.Load(), w.keys.Load(); gets > 6000 || keys > 14_000 {
			t.Errorf("%d reads, %d keys", gets, keys)
		}
		if w.peak > 96<<20 {
			t.Errorf("%d MiB", w.peak>>20)
		}
		t.Logf("of %d payments, from %q: %d legs, %d reads, %d keys, at most %d MiB, %v", w.n, after, len(legs), w.gets.Load(), w.keys.Load(), w.peak>>20, time.Since(began).Round(time.Millisecond))
	}
}
