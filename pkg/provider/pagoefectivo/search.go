package pagoefectivo

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// cip is one line of a search. OperationNumber and AmountPaid belong to the S3 contract: the public document names
// neither, and without the first a receipt cannot be told from the one a webhook brings.
type cip struct {
	CIP             provider.Text `json:"cip"`
	TransactionCode string        `json:"transactionCode"`
	Amount          json.Number   `json:"amount"`
	Currency        string        `json:"currency"`
	Status          provider.Text `json:"status"`
	StatusName      string        `json:"statusName"`
	DateCreation    string        `json:"dateCreation"`
	DateExpiry      string        `json:"dateExpiry"`
	DatePayment     string        `json:"datePayment"`
	DateRemoval     string        `json:"dateRemoval"`
	OperationNumber provider.Text `json:"operationNumber,omitempty"`
	AmountPaid      json.Number   `json:"amountPaid,omitempty"`
}

// ReadPayment searches for a CIP.
func (a *Adapter) ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	type wanted struct {
		CIP json.Number `json:"cip"`
	}
	number := strings.TrimLeft(p.Voucher.Code, "0")
	if number == "" || digits(number) != number {
		return payment.Observation{}, provider.ErrNoSuchPayment
	}
	reply, err := a.call(ctx, http.MethodPost, "/v1/cips/search",
		map[string][]wanted{"data": {{CIP: json.Number(number)}}}, false)
	if err != nil {
		return payment.Observation{}, err
	}
	var found []cip
	if err := a.read(reply, http.StatusOK, &found); err != nil {
		return payment.Observation{}, err
	}
	for _, c := range found {
		if strings.TrimLeft(string(c.CIP), "0") == number {
			return c.observe()
		}
	}
	return payment.Observation{}, provider.ErrNoSuchPayment
}

// observe reads the CIP by its dates and the name of its status. Numbers other than 22 are not documented, and
// "Cancelado" means paid: in Peru to cancel a debt is to pay it.
func (c cip) observe() (payment.Observation, error) {
	o := payment.Observation{Currency: c.Currency, Note: c.StatusName}
	paidAt, err := instant(c.DatePayment)
	if err != nil {
		return o, unreadable("the payment date cannot be read")
	}
	name := strings.ToLower(strings.Trim(c.StatusName, ". "))
	o.Word, o.Said = provider.Word(name), identity.Sensitive(c.StatusName)
	switch {
	case !paidAt.IsZero():
		o.OccurredAt = paidAt
		return c.paid(o)
	case name == "cancelado":
		return c.paid(o)
	case name == "generado":
		o.Claim = payment.ClaimPending
	case name == "expirado":
		o.Claim = payment.ClaimExpired
	case name == "eliminado":
		o.Claim = payment.ClaimCancelled
	default:
		return o, unreadable("a status that is not documented")
	}
	o.Evidence = "search:" + string(o.Claim) + ":" + string(c.CIP)
	return o, nil
}

func (c cip) paid(o payment.Observation) (payment.Observation, error) {
	if c.OperationNumber == "" {
		return o, unreadable("paid, but the answer does not name the operation")
	}
	amount := c.AmountPaid
	if amount == "" {
		amount = c.Amount
	}
	minor, err := minorOf(amount, c.Currency)
	if err != nil || minor <= 0 {
		return o, unreadable("paid, but the amount cannot be read")
	}
	o.Claim, o.TransactionID, o.Minor = payment.ClaimPaid, string(c.OperationNumber), minor
	o.Evidence = "cip.paid:" + string(c.CIP) + ":" + string(c.OperationNumber)
	return o, nil
}
