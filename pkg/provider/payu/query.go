package payu

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// detail is an order as the queries API tells it. Several transactions may have come for one.
type detail struct {
	ID            provider.Text `json:"id"`
	ReferenceCode string        `json:"referenceCode"`
	Transactions  []struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Response struct {
			State           string         `json:"state"`
			ResponseCode    provider.Prose `json:"responseCode"`
			TrazabilityCode provider.Text  `json:"trazabilityCode"`
			OperationDate   json.Number    `json:"operationDate"`
		} `json:"transactionResponse"`
		AdditionalValues struct {
			Value struct {
				Value    json.Number `json:"value"`
				Currency string      `json:"currency"`
			} `json:"TX_VALUE"`
		} `json:"additionalValues"`
	} `json:"transactions"`
}

// orders asks by our reference. Error: ErrNoSuchPayment.
func (a *Adapter) orders(ctx context.Context, ours string) ([]detail, error) {
	reply, err := a.post(ctx, a.account.Endpoint+reportsPath, map[string]any{"language": "es", "command": "ORDER_DETAIL_BY_REFERENCE_CODE",
		"merchant": credentials{a.key, a.login}, "details": map[string]string{"referenceCode": ours}, "test": false}, nil)
	if err != nil {
		return nil, err
	}
	if reply.Status != http.StatusOK {
		return nil, unreadable("the question was not answered")
	}
	var found struct {
		Code   string `json:"code"`
		Result *struct {
			Payload []detail `json:"payload"`
		} `json:"result"`
	}
	if err := provider.DecodeJSON(reply.Body, &found); err != nil {
		return nil, &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	if found.Code != "SUCCESS" || found.Result == nil {
		return nil, unreadable("the question was refused")
	}
	var mine []detail
	for _, d := range found.Result.Payload {
		if d.ReferenceCode == ours {
			mine = append(mine, d)
		}
	}
	if len(mine) == 0 {
		return nil, provider.ErrNoSuchPayment
	}
	return mine, nil
}

// ReadPayment asks by our reference: the first cash that came, else how the latest transaction stands.
func (a *Adapter) ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	seen, err := a.seen(ctx, p.ID)
	if err != nil {
		return payment.Observation{}, err
	}
	for _, f := range seen {
		if f.Payment.Claim == payment.ClaimPaid {
			return *f.Payment, nil
		}
	}
	return *seen[len(seen)-1].Payment, nil
}

// seen is what every transaction of our reference amounts to, oldest first; at least one.
func (a *Adapter) seen(ctx context.Context, ours string) ([]provider.Fact, error) {
	orders, err := a.orders(ctx, ours)
	if err != nil {
		return nil, err
	}
	var all []provider.Fact
	for _, d := range orders {
		for i := range d.Transactions {
			if d.Transactions[i].Type != "AUTHORIZATION_AND_CAPTURE" {
				continue
			}
			o, err := d.observe(i)
			if err != nil {
				return nil, err
			}
			code := string(d.ID) // what the cashier types: the order's number in Colombia, the CIP in Peru
			if a.market.code == "PE" {
				code = string(d.Transactions[i].Response.TrazabilityCode)
			}
			all = append(all, provider.Fact{Ours: ours, Reference: code, Payment: &o})
		}
	}
	if len(all) == 0 {
		return nil, unreadable("the order has no transaction")
	}
	return all, nil
}

// observe reads how one transaction stands.
func (d detail) observe(i int) (payment.Observation, error) {
	t := d.Transactions[i]
	o := payment.Observation{Currency: t.AdditionalValues.Value.Currency, Evidence: "transaction:" + t.Response.State + ":" + t.ID,
		Note: provider.Word(t.Response.State), Word: t.Response.State, Said: t.Response.ResponseCode.Sensitive()}
	switch t.Response.State {
	case "PENDING", "SUBMITTED":
		o.Claim = payment.ClaimPending
	case "EXPIRED":
		o.Claim = payment.ClaimExpired
	case "DECLINED", "ERROR":
		o.Claim = payment.ClaimCancelled
	case "APPROVED":
		minor, err := provider.Minor(t.AdditionalValues.Value.Value, money.Currency(o.Currency))
		if err != nil || minor <= 0 || t.ID == "" {
			return o, unreadable("paid, but the id or the amount cannot be read")
		}
		o.Claim, o.TransactionID, o.Minor, o.Evidence = payment.ClaimPaid, t.ID, minor, "receipt:"+t.ID
		if millis, err := t.Response.OperationDate.Int64(); err == nil && millis > 0 {
			o.OccurredAt = time.UnixMilli(millis).UTC()
		}
	default:
		return o, unreadable("a state that is not documented")
	}
	return o, nil
}
