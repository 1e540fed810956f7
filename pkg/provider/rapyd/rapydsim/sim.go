// Package rapydsim is a simulated Rapyd: signed calls, an envelope around every answer, webhooks that sign the address.
package rapydsim

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

const (
	name = "rapyd"
	// tolerance of a call's timestamp.
	tolerance = 15 * time.Minute
)

// Network is the simulated provider.
type Network struct{ *simnet.Book }

// New opens a simulated Rapyd.
func New(host simnet.Host) simnet.Network {
	n := &Network{}
	n.Book = simnet.NewBook(host, simnet.Manners{
		Name: name, Network: "efecty", Voice: voice{n},
		Retries:   []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour},
		FailCode:  "beneficiary_unreachable",
		ReceiptID: func(n int) string { return fmt.Sprintf("unused%d", n) },
	})
	return n
}

// Pay is the buyer at the counter. A payment is closed once, and its answers know no other amount than the one asked.
func (n *Network) Pay(ours string, minor int64) error {
	for _, e := range n.Vouchers(ours) {
		if e.Status == simnet.Paid || (minor != 0 && minor != e.Amount) {
			return fmt.Errorf("%s closes a payment once, with what the voucher says", name)
		}
	}
	return n.Book.Pay(ours, minor)
}

// Operation says what a request is.
func (n *Network) Operation(req *http.Request) simnet.Operation {
	path, get := req.URL.Path, req.Method == http.MethodGet
	switch {
	case path == "/v1/refunds" && !get:
		return simnet.OpDisbursement
	case strings.HasPrefix(path, "/v1/refunds"), path == "/v1/payments" && get:
		return simnet.OpRead
	case strings.HasPrefix(path, "/v1/payments"):
		return simnet.OpPayment
	}
	return simnet.OpOther
}

// ServeHTTP is the wire.
func (n *Network) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if n.Drop(w, req) {
		return
	}
	body, err := simnet.Body(req)
	account := n.caller(req, body)
	if err != nil || account == nil {
		n.refusal(w, http.StatusUnauthorized, "UNAUTHORIZED_API_CALL")
		return
	}
	path, post := req.URL.Path, req.Method == http.MethodPost
	switch {
	case !post && strings.HasPrefix(path, "/v1/payment_methods/countries/"):
		n.listMethods(w, strings.TrimPrefix(path, "/v1/payment_methods/countries/"))
	case post && path == "/v1/payments":
		n.createPayment(w, account, body)
	case req.Method == http.MethodGet && path == "/v1/payments":
		n.listPayments(w, account, req.URL.Query())
	case req.Method == http.MethodDelete && strings.HasPrefix(path, "/v1/payments/"):
		n.cancelPayment(w, account, strings.TrimPrefix(path, "/v1/payments/"))
	case post && path == "/v1/refunds":
		n.createRefund(w, account, body)
	case req.Method == http.MethodGet && path == "/v1/refunds":
		n.listRefunds(w, account, req.URL.Query())
	case req.Method == http.MethodGet && strings.HasPrefix(path, "/v1/refunds/"):
		n.readRefund(w, account, strings.TrimPrefix(path, "/v1/refunds/"))
	default:
		http.NotFound(w, req)
	}
}

// caller checks the signature and the timestamp of a call.
func (n *Network) caller(req *http.Request, body []byte) *simnet.Account {
	h := req.Header
	a := n.Holder("access_key", h.Get("access_key"))
	seconds, err := strconv.ParseInt(h.Get("timestamp"), 10, 64)
	if a == nil || err != nil || n.Now().Sub(time.Unix(seconds, 0)).Abs() > tolerance || len(h.Get("salt")) < 8 || len(h.Get("salt")) > 16 {
		return nil
	}
	if h.Get("signature") != sign(a.Credentials["secret_key"], strings.ToLower(req.Method)+req.URL.RequestURI(), h.Get("salt"),
		h.Get("timestamp"), h.Get("access_key"), body) {
		return nil
	}
	return a
}

// sign is written apart from the adapter's, so that one checks the other.
func sign(secret, what, salt, stamp, access string, body []byte) string {
	hexText := provider.Sign(secret, []byte(what), []byte(salt), []byte(stamp), []byte(access), []byte(secret), body)
	return base64.StdEncoding.EncodeToString([]byte(hexText))
}

// Refuse answers with a documented code, or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, req *http.Request, kind simnet.Kind) {
	switch {
	case kind == simnet.RateLimit:
		http.Error(w, "slow down", http.StatusTooManyRequests)
	case kind == simnet.DuplicateReference: // documented nowhere
		n.refusal(w, http.StatusConflict, "DUPLICATE_REFERENCE")
	case n.Operation(req) == simnet.OpDisbursement:
		n.refusal(w, http.StatusBadRequest, "ERROR_ADDING_REFUND")
	default:
		n.refusal(w, http.StatusBadRequest, "ERROR_GET_PAYMENT")
	}
}

func (n *Network) refusal(w http.ResponseWriter, status int, code string) {
	simnet.WriteJSON(w, status, map[string]any{"status": n.status(code, "ERROR")})
}

func (n *Network) good(w http.ResponseWriter, data any) {
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"status": n.status("", "SUCCESS"), "data": data})
}

func (n *Network) status(code, word string) map[string]string {
	return map[string]string{"error_code": code, "status": word, "message": "", "response_code": code,
		"operation_id": fmt.Sprintf("00000000-0000-4000-8000-%012d", n.Next())}
}

// voice makes webhooks.
type voice struct{ network *Network }

func (v voice) event(kind string, at time.Time, data any) []byte {
	serial := v.network.Next()
	return encode(map[string]any{"id": fmt.Sprintf("wh_%08d", serial), "type": kind, "data": data, "status": "NEW",
		"trigger_operation_id": fmt.Sprintf("00000000-0000-4000-8000-%012d", serial), "created_at": at.Unix(), "extended_timestamp": at.UnixMilli()})
}

// PaymentEvent tells of cash, and of a voucher's end.
func (v voice) PaymentEvent(p *simnet.Payment, r *simnet.Receipt) []byte {
	if r == nil {
		return v.event("PAYMENT_EXPIRED", p.ExpiresAt, payment(p))
	}
	return v.event("PAYMENT_COMPLETED", r.At, payment(p))
}

// DisbursementEvent tells how a refund ended; that it was taken in the reply has said.
func (v voice) DisbursementEvent(d *simnet.Disbursement) []byte {
	switch word(d.Status) {
	case "Completed":
		return v.event("REFUND_COMPLETED", d.MovedAt, refund(d))
	case "Rejected":
		return v.event("PAYMENT_REFUND_REJECTED", d.MovedAt, refund(d))
	case "Canceled":
		return v.event("PAYMENT_REFUND_FAILED", d.MovedAt, refund(d))
	}
	return nil
}

// Sign makes no headers: see SignRequest.
func (voice) Sign(string, []byte, time.Time) http.Header { return http.Header{} }

// SignRequest signs the whole address and the body, without a method.
func (voice) SignRequest(a *simnet.Account, secret string, req *http.Request, body []byte, now time.Time) {
	stamp, access := strconv.FormatInt(now.Unix(), 10), a.Credentials["access_key"]
	salt := provider.Sign("salt", []byte(stamp), body)[:12]
	for header, value := range map[string]string{"salt": salt, "timestamp": stamp, "access_key": access,
		"signature": sign(secret, req.URL.String(), salt, stamp, access, body)} { // any order: each header has a name of its own
		req.Header.Set(header, value)
	}
}
