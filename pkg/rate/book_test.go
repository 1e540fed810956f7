package rate_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/store"
)

func now() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

func book(t *testing.T, lines string) rate.Book {
	t.Helper()
	b := rate.Book{Store: memstore.New(memstore.Options{Now: now})}
	rates, err := rate.Read([]byte("date,source,pair,rate\n" + lines))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := b.Import(context.Background(), "demo", rates, "ana", now(), false); err != nil || n != len(rates) {
		t.Fatal(n, err)
	}
	return b
}

const week = "2026-11-18,TRM,USD/COP,4100\n2026-11-20,TRM,USD/COP,4123.45\n2026-11-20,SBS,USD/PEN,3.75\n2026-11-20,CFETS,USD/CNY,7.1\n"

// A day without a rate has the last one before it, for a while.
func TestTheRateOfADay(t *testing.T) {
	b := book(t, week)
	for date, want := range map[string]string{"2026-11-18": "4100", "2026-11-19": "4100", "2026-11-20": "4123.45", "2026-11-25": "4123.45"} {
		r, err := b.On(context.Background(), "demo", rate.TRM, money.USD, money.COP, day(date))
		if err != nil || r.Value() != want {
			t.Errorf("%s: %s, %v", date, r.Value(), err)
		}
	}
	for date, want := range map[string]error{"2026-11-17": rate.ErrNone, "2026-11-26": rate.ErrStale} {
		if _, err := b.On(context.Background(), "demo", rate.TRM, money.USD, money.COP, day(date)); !errors.Is(err, want) {
			t.Errorf("%s: %v", date, err)
		}
	}
	if _, err := b.On(context.Background(), "other", rate.TRM, money.USD, money.COP, day("2026-11-20")); !errors.Is(err, rate.ErrNone) {
		t.Errorf("another merchant's: %v", err)
	}
}

func TestPesosToYuan(t *testing.T) {
	b := book(t, week)
	got, used, err := b.Convert(context.Background(), "demo", money.New(4_123_450_00, money.COP), money.CNY, day("2026-11-20"))
	if err != nil || got != money.New(7_100_00, money.CNY) || len(used) != 2 || used[0].Source != rate.TRM || used[1].Source != rate.CFETS {
		t.Errorf("%s by %v: %v", got, used, err)
	}
	if same, used, err := b.Convert(context.Background(), "demo", money.New(5, money.PEN), money.PEN, day("2026-11-20")); err != nil || used != nil || same.Minor() != 5 {
		t.Errorf("%s by %v: %v", same, used, err)
	}
	if _, _, err := b.Convert(context.Background(), "demo", money.New(5, money.USD), money.CNY, day("2026-11-01")); !errors.Is(err, rate.ErrNone) {
		t.Error(err)
	}
	if _, err := b.Between(context.Background(), "demo", money.COP, money.PEN, day("2026-11-20")); !errors.Is(err, rate.ErrPair) {
		t.Error(err)
	}
}

// A known rate changes only as a correction, and then what stood there is kept.
func TestRatesAreNotChangedInPassing(t *testing.T) {
	b, ctx := book(t, week), context.Background()
	if n, err := b.Import(ctx, "demo", []rate.Rate{trm(t, "2026-11-20", "4123.450")}, "beto", now(), false); n != 0 || err != nil {
		t.Errorf("the same again: %d, %v", n, err)
	}
	if n, err := b.Import(ctx, "demo", []rate.Rate{trm(t, "2026-11-20", "4124")}, "beto", now(), false); n != 0 || !errors.Is(err, rate.ErrDiffers) {
		t.Errorf("another: %d, %v", n, err)
	}
	if n, err := b.Import(ctx, "demo", []rate.Rate{trm(t, "2026-11-20", "4124")}, "beto", now(), true); n != 1 || err != nil {
		t.Errorf("a correction: %d, %v", n, err)
	}
	list, err := b.List(ctx, "demo", rate.TRM, money.USD, money.COP, day("2026-11-01"), day("2026-11-30"))
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	if e := list[1]; e.Rate.Value() != "4124" || e.By != "beto" || len(e.Was) != 1 || e.Was[0].Value != "4123.45" || e.Was[0].By != "ana" {
		t.Errorf("%+v", e)
	}
}

func TestFilesOfRates(t *testing.T) {
	rates, err := rate.Read([]byte("\xef\xbb\xbfPair,date,SOURCE,note,buy,sell\r\nUSD/PEN,2026-11-20,SBS,\"a\nb\",3.742,3.751\r\n"))
	if err != nil || len(rates) != 1 || rates[0].Value() != "3.7465" {
		t.Errorf("%v, %v", rates, err)
	}
	for text, want := range map[string]string{
		"":                                   "no header",
		"date,source,pair,rate\n":            "no line but the header",
		"date,source,rate\n1,2,3\n":          "the header needs",
		"date,source,pair,rate\n\xff":        "not UTF-8",
		"date;source;pair;rate\na;b;c;d\n":   "the header needs",
		"date,source,pair,rate\n" + "x,y\n":  "line 2: rate: invalid: wrong number of fields",
		"date,source,pair,rate\n\"2026-11\n": "line 2",
		"date,source,pair,rate\n20/11/2026,TRM,USD/COP,1\n2026-11-20,TRM,USD-COP,1\n": "line 3",
		"date,source,pair,rate\n2026-11-20,TRM,USD/COP,\"4.123,45\"\n":                "line 2",
	} {
		rates, err := rate.Read([]byte(text))
		if err == nil || rates != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v", text, rates, err)
		}
	}
	if _, err := rate.Read([]byte("date,source,pair,rate\n" + strings.Repeat("2026-11-20,TRM,USD/COP,1\n", rate.MaxRows+1))); err == nil {
		t.Error("a file without end")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("date,source,pair,rate\n" + week))
	f.Add([]byte("date,source,pair,buy,sell\n2026-11-20,SBS,USD/PEN,3.742,3.751\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rates, err := rate.Read(text)
		if (err == nil) != (len(rates) > 0) {
			t.Fatalf("%d rates and %v", len(rates), err)
		}
		for _, r := range rates {
			if _, err := r.Lock(now()).Rate(); err != nil {
				t.Fatalf("%s %s: %v", r.Pair(), r.Value(), err)
			}
		}
	})
}

// counting is a store that counts its calls, and lets somebody else be first before the first commit.
type counting struct {
	*memstore.Store
	reads, commits int
	first          func()
}

func (c *counting) Get(ctx context.Context, k store.Key) (store.Record, error) {
	c.reads++
	return c.Store.Get(ctx, k)
}

func (c *counting) Query(ctx context.Context, q store.Query) (store.Page, error) {
	c.reads++
	return c.Store.Query(ctx, q)
}

func (c *counting) Commit(ctx context.Context, writes ...store.Write) error {
	if c.commits++; c.first != nil {
		first := c.first
		c.first = nil
		first()
	}
	return c.Store.Commit(ctx, writes...)
}

// TestTheLargestFileFitsIntoACall: it is some hundred calls to the store, not two for each line; nothing is written of one
// that contradicts itself, and of two imports of the same days each day is written once.
func TestTheLargestFileFitsIntoACall(t *testing.T) {
	c := &counting{Store: memstore.New(memstore.Options{Now: now})}
	b, ctx := rate.Book{Store: c}, context.Background()
	var rates []rate.Rate
	for d := day("1999-01-01"); len(rates) < rate.MaxRows; d = d.AddDays(1) {
		rates = append(rates, trm(t, d.String(), "4100"))
	}
	if n, err := b.Import(ctx, "demo", append(rates[:2:2], trm(t, "1999-01-02", "4101")), "ana", now(), false); n != 0 || !errors.Is(err, rate.ErrDiffers) || c.commits != 0 {
		t.Errorf("a file that contradicts itself: %d, %v, %d commits", n, err, c.commits)
	}
	other := rate.Book{Store: c.Store}
	c.reads, c.first = 0, func() {
		if n, err := other.Import(ctx, "demo", rates[:150], "beto", now(), false); n != 150 || err != nil {
			t.Error(n, err)
		}
	}
	n, err := b.Import(ctx, "demo", rates, "ana", now(), false)
	if n != rate.MaxRows-150 || err != nil || c.commits > 110 || c.reads > 30 {
		t.Errorf("%d written, %v, %d commits, %d reads", n, err, c.commits, c.reads)
	}
	if n, err := b.Import(ctx, "demo", rates, "ana", now(), false); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	if n, err := b.Import(ctx, "demo", []rate.Rate{trm(t, "1999-01-01", "1"), trm(t, "1999-01-01", "2")}, "eva", now(), true); n != 1 || err != nil {
		t.Errorf("corrected twice: %d, %v", n, err)
	}
	list, err := b.List(ctx, "demo", rate.TRM, money.USD, money.COP, day("1999-01-01"), day("1999-01-01"))
	if err != nil || len(list) != 1 || list[0].Rate.Value() != "2" || len(list[0].Was) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
}
