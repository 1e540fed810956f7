package payusim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// longest life of a voucher: later dates are ignored.
const longest = 7 * 24 * time.Hour

type merchant struct {
	APIKey   string `json:"apiKey"`
	APILogin string `json:"apiLogin"`
}

func (n *Network) submit(w http.ResponseWriter, body []byte) {
	var ask struct {
		Command     string   `json:"command"`
		Merchant    merchant `json:"merchant"`
		Transaction struct {
			Order struct {
				AccountID        string `json:"accountId"`
				ReferenceCode    string `json:"referenceCode"`
				Signature        string `json:"signature"`
				NotifyURL        string `json:"notifyUrl"`
				AdditionalValues map[string]struct {
					Value    json.Number    `json:"value"`
					Currency money.Currency `json:"currency"`
				} `json:"additionalValues"`
			} `json:"order"`
			PaymentMethod  string `json:"paymentMethod"`
			ExpirationDate string `json:"expirationDate"`
		} `json:"transaction"`
	}
	err := json.Unmarshal(body, &ask)
	a := n.caller(ask.Merchant.APILogin, ask.Merchant.APIKey)
	o := ask.Transaction.Order
	tx := o.AdditionalValues["TX_VALUE"]
	minor, amountErr := provider.Minor(tx.Value, tx.Currency)
	method, currency := "PAGOEFECTIVO", money.PEN
	if a != nil && a.Network == "efecty" {
		method, currency = "EFECTY", money.COP
	}
	switch {
	case err != nil || ask.Command != "SUBMIT_TRANSACTION" || o.ReferenceCode == "":
		broken(w, "Invalid request format")
	case a == nil || o.AccountID != a.Credentials["account_id"]:
		broken(w, "Invalid credentials")
	case o.Signature != sum(ask.Merchant.APIKey, a.Credentials["merchant_id"], o.ReferenceCode, tx.Value.String(), string(tx.Currency)):
		broken(w, "property: order.signature, message: does not match")
	case ask.Transaction.PaymentMethod != method || tx.Currency != currency || amountErr != nil || minor <= 0:
		broken(w, "property: paymentMethod, message: not valid")
	default:
		p := n.issue(a, o.ReferenceCode, minor, currency, ask.Transaction.ExpirationDate)
		n.notify[p.Ours] = o.NotifyURL
		n.writeSubmission(w, p)
	}
}

// issue makes the voucher. Another one under the same reference is another order.
func (n *Network) issue(a *simnet.Account, ours string, minor int64, currency money.Currency, asked string) *simnet.Payment {
	ends := n.Now().Add(longest)
	if at, err := time.ParseInLocation("2006-01-02T15:04:05", asked, time.FixedZone("", -5*60*60)); err == nil && at.After(n.Now()) && at.Before(ends) {
		ends = at
	}
	serial := n.Next()
	code := fmt.Sprint(1_400_000_000 + serial)
	if a.Network == "pagoefectivo" {
		code = fmt.Sprintf("%014d", 2_592_000+serial)
	}
	return n.Issue(simnet.Payment{Account: a, ID: transactionID(serial), Ours: ours, Minor: minor, Code: code, Currency: currency, ExpiresAt: ends})
}

func (n *Network) writeSubmission(w http.ResponseWriter, p *simnet.Payment) {
	extra := map[string]any{"EXPIRATION_DATE": p.ExpiresAt.UnixMilli(), "URL_PAYMENT_RECEIPT_HTML": "https://" + name + ".sim/receipt/" + p.Code}
	answer := map[string]any{"orderId": orderID(p), "transactionId": p.ID, "state": "PENDING", "pendingReason": "AWAITING_NOTIFICATION",
		"responseCode": "PENDING_TRANSACTION_CONFIRMATION", "trazabilityCode": nil, "operationDate": n.Now().UnixMilli(), "extraParameters": extra}
	if p.Account.Network == "efecty" {
		extra["REFERENCE"] = json.Number(p.Code)
	} else {
		answer["trazabilityCode"], extra["BAR_CODE"] = p.Code, p.Code
	}
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"code": "SUCCESS", "error": nil, "transactionResponse": answer})
}

// orderID of a voucher: in Colombia it is what the cashier types.
func orderID(p *simnet.Payment) json.Number {
	if p.Account.Network == "efecty" {
		return json.Number(p.Code)
	}
	return json.Number("9" + p.Code[len(p.Code)-8:])
}

func (n *Network) query(w http.ResponseWriter, body []byte) {
	var ask struct {
		Command  string   `json:"command"`
		Merchant merchant `json:"merchant"`
		Details  struct {
			ReferenceCode string `json:"referenceCode"`
		} `json:"details"`
	}
	err := json.Unmarshal(body, &ask)
	a := n.caller(ask.Merchant.APILogin, ask.Merchant.APIKey)
	switch {
	case err != nil || ask.Command != "ORDER_DETAIL_BY_REFERENCE_CODE":
		broken(w, "Invalid request format")
		return
	case a == nil:
		broken(w, "Invalid credentials")
		return
	}
	payload := []any{}
	for _, p := range n.VouchersOf(a, ask.Details.ReferenceCode) {
		payload = append(payload, n.order(p))
	}
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"code": "SUCCESS", "error": nil, "result": map[string]any{"payload": payload}})
}

// order prints an order with one transaction for each time that cash came, or one that tells how it stands.
func (n *Network) order(p *simnet.Payment) map[string]any {
	line := func(id, state string, minor int64, at time.Time) map[string]any {
		r := map[string]any{"state": state, "operationDate": at.UnixMilli(), "trazabilityCode": nil}
		if p.Account.Network == "pagoefectivo" {
			r["trazabilityCode"] = p.Code
		}
		return map[string]any{"id": id, "type": "AUTHORIZATION_AND_CAPTURE", "transactionResponse": r,
			"additionalValues": map[string]any{"TX_VALUE": map[string]any{"value": value(minor), "currency": p.Currency}}}
	}
	var transactions []any
	for _, r := range p.Receipts {
		transactions = append(transactions, line(r.ID, "APPROVED", r.Minor, r.At))
	}
	status := "CAPTURED"
	if len(transactions) == 0 {
		state := "PENDING"
		status = "IN_PROGRESS"
		if p.Status == simnet.Expired {
			state, status = "EXPIRED", "CANCELLED"
		}
		transactions = append(transactions, line(p.ID, state, p.Minor, p.CreatedAt))
	}
	return map[string]any{"id": orderID(p), "referenceCode": p.Ours, "status": status, "transactions": transactions}
}
