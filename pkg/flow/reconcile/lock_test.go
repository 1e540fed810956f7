package reconcile_test

import (
	"context"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// inDollars is an account whose provider pays dollars for soles.
func inDollars(t *testing.T) *rig {
	t.Helper()
	r := open(t)
	r.account.Settings = map[string]string{"settlement_currency": "USD"}
	host := providertest.NewHost(friday(), 1)
	adapter, err := all.Registry()["pagoefectivo"].New(r.account, r, host)
	if err != nil {
		t.Fatal(err)
	}
	if r.client, err = provider.Open(adapter, r.account, host); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPaidInAnotherCurrency at the official rate of the day: to the cent it fits, beyond it is a loss on a line of its own, and
// the payment is settled with its own amount if rates can be so far apart.
func TestPaidInAnotherCurrency(t *testing.T) {
	for name, c := range map[string]struct {
		known   bool
		paid    string
		class   string
		lost    int64
		settled bool
	}{
		"at the rate":     {true, "26.67", "", 0, true},
		"less":            {true, "26.00", "FX_DIFFERENCE", -67, true},
		"far less":        {true, "20.00", "FX_DIFFERENCE", -667, false},
		"no rate known":   {false, "26.67", "CURRENCY_MISMATCH", 0, false},
		"soles after all": {true, "100.00", "", 0, true},
	} {
		r := inDollars(t)
		key := r.book(1)
		if c.known {
			x, err := rate.New(rate.SBS, calendar.Date{Year: 2026, Month: 11, Day: 19}, money.USD, money.PEN, "3.75")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := (rate.Book{Store: r.store}).Import(context.Background(), "demo", []rate.Rate{x}, "ana", friday(), false); err != nil {
				t.Fatal(err)
			}
		}
		minor, _ := money.ParseMinor(c.paid, 2)
		less := money.FormatMinor(minor-100, 2)
		row := strings.Replace(line(1), "100.00,0.00,0.00,100.00,PEN", c.paid+",1.00,0.00,"+less+",USD", 1)
		if c.paid == "100.00" {
			row = line(1)
		}
		r.file("f.csv", header+row)
		if got := r.day.Breaks[c.class]; (c.class == "") != (len(r.day.Breaks) == 0) || (c.class != "" && got != 1) || r.day.Outcome.FX["USD"] != c.lost {
			t.Errorf("%s: %v, %v", name, r.day.Breaks, r.day.Outcome.FX)
		}
		record, _ := r.store.Get(context.Background(), key)
		p, err := payment.Decode(record)
		if err != nil || p.Settled() != c.settled || len(p.Receipts) != 1 || p.Receipts[0].Minor != 10000 || p.Receipts[0].Fee != 0 {
			t.Errorf("%s: %+v, %v", name, p.Receipts, err)
		}
		if c.paid != "26.00" {
			continue
		}
		breaks, err := r.day.Sheet.Page(context.Background(), r.files, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := settlement.Explain(breaks[0].Break, settlement.Spanish); got != "a la tasa fijada 3.75 (SBS 2026-11-19) correspondían 26.67 USD: liquidado 26 = 26.67 − pérdida cambiaria 0.67" {
			t.Errorf("%s: %s", name, got)
		}
	}
}
