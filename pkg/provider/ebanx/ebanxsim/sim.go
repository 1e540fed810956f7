// Package ebanxsim is a simulated EBANX: forms in, JSON with HTTP 200 out, notifications that only name a hash.
package ebanxsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

const name = "ebanx"

// Network is the simulated provider.
type Network struct{ *simnet.Book }

// New opens a simulated EBANX.
func New(host simnet.Host) simnet.Network {
	return &Network{simnet.NewBook(host, simnet.Manners{
		Name: name, Network: "efecty", Voice: voice{},
		Retries:   []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour},
		FailCode:  "CA",
		ReceiptID: func(n int) string { return fmt.Sprintf("unused%d", n) },
	})}
}

// Pay is the buyer at the counter. EBANX confirms a payment once, and its answers know no other amount than the one asked.
func (n *Network) Pay(ours string, minor int64) error {
	for _, e := range n.Vouchers(ours) {
		if e.Status == simnet.Paid || (minor != 0 && minor != e.Amount) {
			return fmt.Errorf("%s confirms a payment once, with what the voucher says: %s", name, money.New(e.Amount, money.Currency(e.Currency)))
		}
	}
	return n.Book.Pay(ours, minor)
}

// Operation says what a request is.
func (n *Network) Operation(req *http.Request) simnet.Operation {
	switch req.URL.Path {
	case "/ws/refund":
		return simnet.OpDisbursement
	case "/ws/direct", "/ws/cancel":
		return simnet.OpPayment
	case "/ws/query":
		return simnet.OpRead
	}
	return simnet.OpOther
}

// ServeHTTP is the wire.
func (n *Network) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if n.Drop(w, req) {
		return
	}
	body, err := simnet.Body(req)
	if err != nil {
		refusal(w, "BP-DR-2")
		return
	}
	if req.URL.Path == "/ws/direct" && req.Method == http.MethodPost {
		n.direct(w, body)
		return
	}
	values, err := url.ParseQuery(string(body))
	if req.Method == http.MethodGet {
		values, err = req.URL.Query(), nil
	}
	account := n.Holder("integration_key", values.Get("integration_key"))
	switch {
	case err != nil || account == nil:
		refusal(w, "BP-SA-1")
	case req.URL.Path == "/ws/query":
		n.query(w, account, values)
	case req.URL.Path == "/ws/cancel":
		n.cancel(w, account, values)
	case req.URL.Path == "/ws/refund":
		n.refund(w, account, values)
	default:
		http.NotFound(w, req)
	}
}

// Refuse answers with a documented code, or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, req *http.Request, kind simnet.Kind) {
	switch {
	case kind == simnet.RateLimit:
		http.Error(w, "slow down", http.StatusTooManyRequests)
	case kind == simnet.DuplicateReference: // the code that is documented of payments
		refusal(w, "BP-DR-0")
	case n.Operation(req) == simnet.OpDisbursement:
		refusal(w, "BP-REF-CAN-2")
	default:
		refusal(w, "BP-DR-6")
	}
}

func refusal(w http.ResponseWriter, code string) {
	simnet.WriteJSON(w, http.StatusOK, map[string]string{"status": "ERROR", "status_code": code, "status_message": "refused"})
}

// voice makes notifications: unsigned forms, to an address that carries a token.
type voice struct{}

func notification(kind, hash string) []byte {
	return []byte(url.Values{"operation": {"payment_status_change"}, "notification_type": {kind}, "hash_codes": {hash}}.Encode())
}

// PaymentEvent tells that a payment moved.
func (voice) PaymentEvent(p *simnet.Payment, _ *simnet.Receipt) []byte {
	return notification("update", p.ID)
}

// DisbursementEvent tells that something happened to the refunds of a payment.
func (voice) DisbursementEvent(d *simnet.Disbursement) []byte {
	return notification("refund", d.Transaction)
}

// Sign makes no headers: see SignRequest.
func (voice) Sign(string, []byte, time.Time) http.Header { return http.Header{} }

// SignRequest puts the token behind the address.
func (voice) SignRequest(_ *simnet.Account, secret string, req *http.Request, _ []byte, _ time.Time) {
	req.URL.RawQuery = url.Values{"token": {secret}}.Encode()
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
}

// zone of an account's dates.
func zone(a *simnet.Account) *time.Location {
	country, err := calendar.ByNetwork(a.Network)
	if err != nil {
		return time.UTC
	}
	return country.Zone()
}

// stamp prints a date without zone; null for none.
func stamp(a *simnet.Account, t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.In(zone(a)).Format(time.DateTime)
	return &text
}

func positive(text string, c money.Currency) (int64, bool) {
	minor, err := provider.Minor(json.Number(text), c)
	return minor, err == nil && minor > 0
}
