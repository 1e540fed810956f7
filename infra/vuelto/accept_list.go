package main

import (
	"bytes"
	"context"
	"fmt"
)

// list is what is accepted, in order; a later step uses what earlier ones made.
func (a *acceptance) list() []step {
	return []step{
		{"the stack is well", func(ctx context.Context) error {
			_, err := a.call(ctx, 200, "GET", "/v1/health", a.key, nil)
			return err
		}},
		{"a live key is refused where money is played", func(ctx context.Context) error {
			_, err := a.call(ctx, 401, "GET", "/v1/payments", "sk_live_nobody", nil)
			return err
		}},
		{"an order gets a voucher, and only one", a.collects},
		{"the buyer pays at the counter, and the payment is paid", a.paid},
		{"more than was paid is not given back", func(ctx context.Context) error {
			_, err := a.call(ctx, 422, "POST", "/v1/refunds", a.key, a.asks("too-much", 99_999))
			return err
		}},
		{"a refund asked for twice is one refund", a.refunds},
		{"the network takes it and pays it out", a.paysOut},
		{"an answer that is lost makes no second refund", a.loses},
		{"a large refund waits for another person", a.agrees},
		{"the refund has a receipt", func(ctx context.Context) error {
			pdf, err := a.raw(ctx, 200, "GET", "/v1/refunds/"+a.refund+"/receipt", a.key, nil)
			if err == nil && !bytes.HasPrefix(pdf, []byte("%PDF-")) {
				err = fmt.Errorf("the receipt is no PDF: %.40q", pdf)
			}
			return err
		}},
		{"the day closes without a difference", a.settles},
		{"the merchant was told", func(ctx context.Context) error {
			d, err := a.call(ctx, 200, "GET", "/v1/events?type=refund.paid&subject="+a.refund, a.key, nil)
			if told, _ := d["data"].([]any); err == nil && len(told) != 1 {
				err = fmt.Errorf("refund.paid: %d events", len(told))
			}
			return err
		}},
	}
}

func (a *acceptance) asks(id string, amount int64) map[string]any {
	return map[string]any{"payment": a.payment, "amount": amount, "currency": "PEN", "reason_code": "customer_return", "merchant_refund_id": a.mark + "-" + id}
}

func (a *acceptance) ordered(id string, amount int64) map[string]any {
	return map[string]any{"network": "pagoefectivo", "store": "store_pe", "order_reference": a.mark + "-" + id, "amount": amount, "currency": "PEN",
		"payer": map[string]any{"name": "Ana Quispe", "email": "ana@example.pe"}}
}

func (a *acceptance) collects(ctx context.Context) error {
	d, err := a.call(ctx, 201, "POST", "/v1/payments", a.key, a.ordered("order", 12_050))
	if err != nil {
		return err
	}
	a.payment, _ = d["id"].(string)
	if v, _ := d["voucher"].(map[string]any); v["code"] == nil || v["code"] == "" {
		return fmt.Errorf("the voucher's code %w: %v", errMissing, d)
	}
	_, err = a.call(ctx, 409, "POST", "/v1/payments", a.key, a.ordered("order", 12_050))
	return err
}

func (a *acceptance) paid(ctx context.Context) error {
	if _, err := a.call(ctx, 200, "POST", "/_sandbox/payments/"+a.payment+"/pay", a.key, map[string]any{}); err != nil {
		return err
	}
	return a.until(ctx, "/v1/payments/"+a.payment, "status", "paid")
}

func (a *acceptance) refunds(ctx context.Context) error {
	first, err := a.call(ctx, 201, "POST", "/v1/refunds", "again refund", a.asks("refund", 5_000))
	if err != nil {
		return err
	}
	again, err := a.call(ctx, 201, "POST", "/v1/refunds", "again refund", a.asks("refund", 5_000))
	if err != nil {
		return err
	}
	a.refund, _ = first["id"].(string)
	if a.refund == "" || again["id"] != first["id"] {
		return fmt.Errorf("%v and %v", first["id"], again["id"])
	}
	_, err = a.call(ctx, 409, "POST", "/v1/refunds", a.key, a.asks("refund", 5_000))
	return err
}

func (a *acceptance) paysOut(ctx context.Context) error {
	if err := a.until(ctx, "/v1/refunds/"+a.refund, "status", "accepted"); err != nil {
		return err
	}
	if _, err := a.call(ctx, 200, "POST", "/_sandbox/disbursements/"+a.refund+"/complete", a.key, nil); err != nil {
		return err
	}
	if err := a.until(ctx, "/v1/refunds/"+a.refund, "status", "paid"); err != nil {
		return err
	}
	return a.until(ctx, "/v1/payments/"+a.payment, "refunded_amount", 5_000)
}

func (a *acceptance) loses(ctx context.Context) error {
	if _, err := a.call(ctx, 200, "POST", "/_sandbox/faults", a.key, map[string]any{"provider": "pagoefectivo", "kind": "timeout_after_commit"}); err != nil {
		return err
	}
	d, err := a.call(ctx, 201, "POST", "/v1/refunds", a.key, a.asks("lost", 1_000))
	if err != nil {
		return err
	}
	lost, _ := d["id"].(string)
	if err := a.learns(ctx, lost); err != nil {
		return err
	}
	if err := a.until(ctx, "/v1/refunds/"+lost, "status", "accepted"); err != nil {
		return err
	}
	book, err := a.call(ctx, 200, "GET", "/_sandbox/ledger/pagoefectivo", a.key, nil)
	if err != nil {
		return err
	}
	held := 0
	entries, _ := book["entries"].([]any)
	for _, e := range entries {
		if entry, _ := e.(map[string]any); entry["our_reference"] == lost {
			held++
		}
	}
	if held != 1 {
		return fmt.Errorf("the provider's book has it %d times", held)
	}
	return nil
}

// learns lets the stack find out about a refund whose answer was lost: in time by itself, or now because somebody asks.
func (a *acceptance) learns(ctx context.Context, lost string) error {
	if !a.real {
		_, err := a.call(ctx, 200, "POST", "/_sandbox/clock", a.key, map[string]any{"advance": "1h"})
		return err
	}
	if err := a.until(ctx, "/v1/refunds/"+lost, "status", "unknown", "accepted"); err != nil {
		return err
	}
	_, err := a.call(ctx, 200, "POST", "/v1/refunds/"+lost+"/sync", a.key, nil)
	return err
}

func (a *acceptance) agrees(ctx context.Context) error {
	d, err := a.call(ctx, 201, "POST", "/v1/payments", a.key, a.ordered("large", 600_000))
	if err != nil {
		return err
	}
	large, _ := d["id"].(string)
	if _, err := a.call(ctx, 200, "POST", "/_sandbox/payments/"+large+"/pay", a.key, map[string]any{}); err != nil {
		return err
	}
	if err := a.until(ctx, "/v1/payments/"+large, "status", "paid"); err != nil {
		return err
	}
	ask := a.asks("large", 600_000)
	ask["payment"] = large
	if d, err = a.call(ctx, 201, "POST", "/v1/refunds", a.key, ask); err != nil {
		return err
	}
	path := fmt.Sprintf("/v1/refunds/%v", d["id"])
	if d["status"] != "awaiting_approval" {
		return fmt.Errorf("it is %v", d["status"])
	}
	if _, err := a.call(ctx, 403, "POST", path+"/approve", a.key, nil); err != nil {
		return err
	}
	if _, err := a.call(ctx, 200, "POST", path+"/approve", a.second, nil); err != nil {
		return err
	}
	return a.until(ctx, path, "status", "accepted")
}

func (a *acceptance) settles(ctx context.Context) error {
	closed, err := a.call(ctx, 200, "POST", "/_sandbox/settlements", a.key, map[string]any{"provider": "pagoefectivo", "date": a.day})
	if err != nil {
		return err
	}
	days := fmt.Sprintf("/v1/reconciliations?provider=pagoefectivo&date=%v", closed["settlement_date"])
	if a.real {
		return later("it settles on another day: GET " + days + " is balanced by then")
	}
	if _, err := a.call(ctx, 200, "POST", "/_sandbox/clock", a.key, map[string]any{"advance": "168h"}); err != nil {
		return err
	}
	listed, err := a.call(ctx, 200, "GET", days, a.key, nil)
	if err != nil {
		return err
	}
	found, _ := listed["data"].([]any)
	if len(found) != 1 {
		return fmt.Errorf("%d reconciliations of %v", len(found), closed["settlement_date"])
	}
	if day, _ := found[0].(map[string]any); day["status"] != "balanced" {
		return fmt.Errorf("the day is %v: %v", day["status"], day["breaks"])
	}
	return a.until(ctx, "/v1/refunds/"+a.refund, "status", "settled")
}
