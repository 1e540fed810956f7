package mercadopagosim

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func (n *Network) createRefund(w http.ResponseWriter, req *http.Request, a *simnet.Account, id string, body []byte) {
	p := n.known(w, a, id)
	if p == nil {
		return
	}
	var ask struct {
		Amount json.Number `json:"amount"`
	}
	minor := int64(0)
	for _, r := range p.Receipts {
		if r.ID == id {
			minor = r.Minor
		}
	}
	whole := minor
	if len(body) > 0 {
		ok := false
		if json.Unmarshal(body, &ask) == nil {
			minor, ok = amount(ask.Amount, p.Currency)
		}
		if !ok {
			refusal(w, http.StatusUnauthorized, "4040", "Amount attribute must be positive")
			return
		}
	}
	switch {
	case p.Status != simnet.Paid:
		refusal(w, http.StatusBadRequest, "2063", "The action requested is not valid for the current payment state")
		return
	case a.Network == "pagoefectivo" && a.Settings["partial_refunds"] != "true" && minor != whole:
		refusal(w, http.StatusBadRequest, "3024", "Not valid action: partial refund unsupported for this transaction")
		return
	}
	d, fresh := n.Accept(simnet.Disbursement{Account: a, Kind: simnet.KindRefund, Ours: req.Header.Get("X-Idempotency-Key"),
		Reference: fmt.Sprint(1_622_000_000 + n.Next()), Transaction: id, Minor: minor, Currency: p.Currency, Status: simnet.Accepted},
		a.Settings["idempotent"] != "false")
	if fresh {
		n.refunds[id] = append(n.refunds[id], d)
	}
	w.Header().Set("X-Request-Id", fmt.Sprintf("req-%08d", n.Next()))
	simnet.WriteJSON(w, http.StatusCreated, refund(d))
}

func (n *Network) listRefunds(w http.ResponseWriter, a *simnet.Account, id string) {
	if n.known(w, a, id) == nil {
		return
	}
	listed := []refundJSON{}
	for _, d := range n.refunds[id] {
		if d = n.Shown(d); d != nil {
			listed = append(listed, refund(d))
		}
	}
	simnet.WriteJSON(w, http.StatusOK, listed)
}

func (n *Network) readRefund(w http.ResponseWriter, a *simnet.Account, id, reference string) {
	if n.known(w, a, id) == nil {
		return
	}
	for _, d := range n.refunds[id] {
		if d = n.Shown(d); d != nil && d.Reference == reference {
			simnet.WriteJSON(w, http.StatusOK, refund(d))
			return
		}
	}
	refusal(w, http.StatusNotFound, "2032", "Refund not found")
}

// refund prints a refund. Of what comes back Mercado Pago's words tell only that it was cancelled.
func refund(d *simnet.Disbursement) refundJSON {
	status := "in_process"
	switch d.Status {
	case simnet.Paid:
		status = "approved"
	case simnet.Rejected:
		status = "rejected"
	case simnet.Returned, simnet.Expired, simnet.Cancelled:
		status = "cancelled"
	}
	return refundJSON{Amount: number(d.Minor), DateCreated: stamp(d.CreatedAt), ID: json.Number(d.Reference), PaymentID: json.Number(d.Transaction),
		RefundMode: "standard", Source: sourceJSON{"demo", "Tienda", "collector"}, Status: status}
}

type refundJSON struct {
	AdjustmentAmount int         `json:"adjustment_amount"`
	Amount           json.Number `json:"amount"`
	DateCreated      string      `json:"date_created"`
	ID               json.Number `json:"id"`
	PaymentID        json.Number `json:"payment_id"`
	Reason           *string     `json:"reason"`
	RefundMode       string      `json:"refund_mode"`
	Source           sourceJSON  `json:"source"`
	Status           string      `json:"status"`
	Sequence         *string     `json:"unique_sequence_number"`
}

type sourceJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
}
