// Package efectysim is a simulated Efecty that speaks the house contract.
package efectysim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

const (
	name = "efecty"
	// tolerance of a call's timestamp.
	tolerance = 15 * time.Minute
)

// Network is the simulated provider.
type Network struct {
	*simnet.Book
}

// New opens a simulated Efecty.
func New(host simnet.Host) simnet.Network {
	n := &Network{}
	n.Book = simnet.NewBook(host, simnet.Manners{
		Name: name, Network: name, Voice: voice{n},
		Retries:   []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour},
		FailCode:  "BENEFICIARY_INVALID",
		Poor:      true,
		ReceiptID: func(serial int) string { return fmt.Sprintf("EFY%09d", serial) },
	})
	return n
}

// Pay is the buyer at the counter, who has no coins below a peso.
func (n *Network) Pay(ours string, minor int64) error {
	if minor%100 != 0 {
		return fmt.Errorf("%s takes whole pesos, not %s", name, money.New(minor, money.COP))
	}
	return n.Book.Pay(ours, minor)
}

// Operation says what a request is.
func (n *Network) Operation(req *http.Request) simnet.Operation {
	path := req.URL.Path
	switch {
	case req.Method == http.MethodPost && (path == "/refunds/cash-withdrawal" || path == "/payouts"):
		return simnet.OpDisbursement
	case req.Method == http.MethodPost && strings.HasPrefix(path, "/payments"):
		return simnet.OpPayment
	case strings.HasPrefix(path, "/payments/"), strings.HasPrefix(path, "/disbursements/"):
		return simnet.OpRead
	}
	return simnet.OpOther
}

// ServeHTTP is the wire.
func (n *Network) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := simnet.Body(req)
	if err != nil {
		refusal(w, http.StatusBadRequest, "INVALID_REQUEST")
		return
	}
	account := n.caller(w, req, body)
	if account == nil {
		return
	}
	path, post := req.URL.Path, req.Method == http.MethodPost
	cancelled, isCancel := strings.CutSuffix(strings.TrimPrefix(path, "/payments/"), "/cancel")
	switch {
	case post && path == "/payments":
		n.createPayment(w, account, body)
	case post && isCancel && strings.HasPrefix(path, "/payments/"):
		n.cancelPayment(w, account, cancelled)
	case !post && strings.HasPrefix(path, "/payments/"):
		n.readPayment(w, account, strings.TrimPrefix(path, "/payments/"))
	case post && path == "/refunds/cash-withdrawal":
		n.createDisbursement(w, account, simnet.KindRefund, body)
	case post && path == "/payouts":
		n.createDisbursement(w, account, simnet.KindPayout, body)
	case !post && strings.HasPrefix(path, "/disbursements/"):
		n.readDisbursement(w, account, strings.TrimPrefix(path, "/disbursements/"))
	case !post && path == "/settlements":
		n.settlements(w, account, req.URL.Query().Get("date"))
	default:
		http.NotFound(w, req)
	}
}

// caller checks the signature and the timestamp; it has answered if it returns nil.
func (n *Network) caller(w http.ResponseWriter, req *http.Request, body []byte) *simnet.Account {
	a := n.Holder("merchant_id", req.Header.Get("X-Merchant-Id"))
	stamp := req.Header.Get("X-Timestamp")
	if a == nil || !provider.Signed([]string{a.Credentials["secret"]}, req.Header.Get("X-Signature"),
		[]byte(stamp+"\n"+req.Method+"\n"+req.URL.RequestURI()+"\n"), body) {
		refusal(w, http.StatusUnauthorized, "SIGNATURE_INVALID")
		return nil
	}
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil || n.Now().Sub(at).Abs() > tolerance {
		refusal(w, http.StatusUnauthorized, "TIMESTAMP_INVALID")
		return nil
	}
	if req.Header.Get("X-Terminal-Id") != a.Credentials["terminal_id"] {
		refusal(w, http.StatusForbidden, "TERMINAL_DISABLED")
		return nil
	}
	return a
}

// Refuse answers with a documented code, or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, req *http.Request, kind simnet.Kind) {
	switch {
	case kind == simnet.RateLimit:
		refusal(w, http.StatusTooManyRequests, "RATE_LIMITED")
	case kind == simnet.DuplicateReference: // not in the contract, which gives the first one back
		refusal(w, http.StatusConflict, "DUPLICATE_REFERENCE")
	case n.Operation(req) == simnet.OpDisbursement:
		refusal(w, http.StatusUnprocessableEntity, "BENEFICIARY_INVALID")
	default:
		refusal(w, http.StatusBadRequest, "INVALID_REQUEST")
	}
}

func refusal(w http.ResponseWriter, status int, code string) {
	simnet.WriteJSON(w, status, map[string]string{"code": code, "message": "Solicitud rechazada"})
}

// voice makes callbacks.
type voice struct{ network *Network }

type event struct {
	EventID    string `json:"event_id"`
	Event      string `json:"event"`
	OccurredAt string `json:"occurred_at"`
	Data       any    `json:"data"`
}

func (v voice) event(name string, at time.Time, data any) []byte {
	raw, err := json.Marshal(event{fmt.Sprintf("evt_%08d", v.network.Next()), name, stamp(at), data})
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return raw
}

// PaymentEvent tells of cash, and of a voucher's end.
func (v voice) PaymentEvent(p *simnet.Payment, r *simnet.Receipt) []byte {
	if r == nil {
		return v.event("payment.expired", p.ExpiresAt, voucher(p, nil))
	}
	return v.event("payment.confirmed", r.At, voucher(p, r))
}

// DisbursementEvent tells every status.
func (v voice) DisbursementEvent(d *simnet.Disbursement) []byte {
	return v.event("disbursement."+strings.ToLower(word(d.Status)), d.MovedAt, payout(d))
}

// Sign makes the headers of a webhook: timestamp and body are signed.
func (voice) Sign(secret string, body []byte, now time.Time) http.Header {
	at := now.UTC().Format(time.RFC3339)
	return http.Header{"X-Timestamp": {at}, "X-Signature": {provider.Sign(secret, []byte(at+"\n"), body)}}
}

// stamp prints an instant to the millisecond in Bogota's time.
func stamp(t time.Time) string {
	return t.In(calendar.Colombia().Zone()).Format("2006-01-02T15:04:05.000-07:00")
}

// pesos prints minor units as whole pesos.
func pesos(minor int64) json.Number { return json.Number(fmt.Sprint(minor / 100)) }
