package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

const approverKey = "sk_test_approves"

// ruled is how many write units a refund costs up to the provider's callback while rules are in force.
func ruled(rules string, approved bool) (float64, error) {
	const n = 40
	t, err := newTown()
	if err != nil {
		return 0, err
	}
	hash, mode, err := merchant.HashKey(approverKey)
	if err == nil {
		err = t.store.Commit(context.Background(), store.Put{Record: merchant.EncodeKey(merchant.APIKey{Hash: hash, Merchant: "demo",
			Person: "beto", Role: merchant.Approver, Mode: mode}, 0)})
	}
	if err == nil && rules != "" {
		err = t.call(200, "PUT", "/v1/rules", "rules", rules, nil)
	}
	if err != nil {
		return 0, err
	}
	t.now = t.now.Add(2 * time.Minute) // until every instance knows them
	payments, err := t.paid(n + 1)
	if err != nil {
		return 0, err
	}
	var before store.Bill
	for i, payment := range payments {
		if i == 1 { // the first opens the day's counters
			before = t.meter.Bill()
		}
		var refund struct{ ID string }
		body := fmt.Sprintf(`{"payment":%q,"amount":5000,"currency":"PEN","reason_code":"customer_return","merchant_refund_id":"R-%d",
			"beneficiary":{"name":"Ana Quispe","document_type":"DNI","document_number":"%08d"}}`, payment, i, 10_000_000+i)
		if err := t.call(201, "POST", "/v1/refunds", fmt.Sprint("r-", i), body, &refund); err != nil {
			return 0, err
		}
		if approved {
			if err := t.callAs(approverKey, 200, "POST", "/v1/refunds/"+refund.ID+"/approve", fmt.Sprint("a-", i), "", nil); err != nil {
				return 0, err
			}
		}
		if err := t.work(); err != nil {
			return 0, err
		}
		if err := t.network().Move(refund.ID, "complete"); err != nil {
			return 0, err
		}
		if err := t.drain(); err != nil {
			return 0, err
		}
	}
	bill := t.meter.Bill().Minus(before)
	return float64(bill.WriteUnits()) / n, nil
}

// TestWhatRulesAddToARefund: those that only look cost nothing; each sum of a day that a refund counts against costs its counter;
// a second person and the register cost what they write: the agreement's seventh unit is the price of finding by a request's id what
// it did, as two of them carry the record over a kilobyte. Lower these with every saving.
func TestWhatRulesAddToARefund(t *testing.T) {
	plain, err := ruled("", false)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		rules    string
		approved bool
		most     float64 // write units more than without rules
	}{
		"what only looks": {`"screen":{"blocked":true},"documents":[{"country":"PE","types":["DNI"]}]`, false, 0},
		"roads":           {`"roads":[{"currency":"PEN","minimum":100,"maximum":900000,"window_days":20}],"limits":[{"currency":"PEN","single":900000}]`, false, 0},
		"a day's sum":     {`"limits":[{"currency":"PEN","daily":900000000}]`, false, 2},
		"three sums":      {`"limits":[{"currency":"PEN","daily":900000000,"operator_daily":900000000}],"ramps":[{"account":"pagoefectivo-demo","since":"2026-11-01","steps":[{"after_days":0,"daily":900000000}]}]`, false, 6},
		"the register":    {`"register":[{"country":"PE","currency":"PEN","single":1}]`, false, 4},
		"another person":  {`"approval":{"tiers":[{"currency":"PEN","above":0,"role":"approver"}]}`, true, 7},
	} {
		rules := `{"from":"2026-11-17",` + c.rules + `}`
		got, err := ruled(rules, c.approved)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Logf("%s: %+.2f WRU on %.2f", name, got-plain, plain)
		if got-plain > c.most+0.1 || got < plain {
			t.Errorf("%s: %.2f write units more, at most %v", name, got-plain, c.most)
		}
	}
}
