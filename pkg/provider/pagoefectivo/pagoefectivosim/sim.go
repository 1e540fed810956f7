// Package pagoefectivosim is a simulated PagoEfectivo: its CIP interface as documented, and the S3 refund contract.
package pagoefectivosim

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

const name = "pagoefectivo"

// Network is the simulated provider.
type Network struct {
	*simnet.Book
	tokens map[string]grant
}

// grant is a bearer token given out.
type grant struct {
	account *simnet.Account
	until   time.Time
}

// New opens a simulated PagoEfectivo.
func New(host simnet.Host) simnet.Network {
	return &Network{tokens: map[string]grant{}, Book: simnet.NewBook(host, simnet.Manners{
		Name: name, Network: name, Voice: voice{},
		Retries:   []time.Duration{5 * time.Minute}, // one second attempt only, as documented
		FailCode:  "ACCOUNT_CLOSED",
		ReceiptID: func(n int) string { return fmt.Sprintf("12530%05d", n) },
	})}
}

// lima is the zone of every date on the wire.
func lima() *time.Location { return calendar.Peru().Zone() }

// Operation says what a request is.
func (n *Network) Operation(req *http.Request) simnet.Operation {
	switch {
	case req.URL.Path == "/api/v1/refunds" && req.Method == http.MethodPost:
		return simnet.OpDisbursement
	case strings.HasPrefix(req.URL.Path, "/api/v1/refunds/"), req.URL.Path == "/v1/cips/search":
		return simnet.OpRead
	case strings.HasPrefix(req.URL.Path, "/v1/cips"):
		return simnet.OpPayment
	}
	return simnet.OpOther
}

// ServeHTTP is the wire.
func (n *Network) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := simnet.Body(req)
	if err != nil {
		invalid(w, "111", "", "")
		return
	}
	if req.URL.Path == "/v1/authorizations" && req.Method == http.MethodPost {
		n.authorize(w, body)
		return
	}
	account := n.caller(w, req)
	if account == nil {
		return
	}
	path := req.URL.Path
	switch cipCode, isCIP := strings.CutPrefix(path, "/v1/cips/"); {
	case path == "/v1/cips" && req.Method == http.MethodPost:
		n.createCIP(w, account, body)
	case path == "/v1/cips/search" && req.Method == http.MethodPost:
		n.search(w, account, body)
	case isCIP && (req.Method == http.MethodDelete || req.Method == http.MethodPatch):
		n.changeCIP(w, account, req.Method, cipCode, body)
	case path == "/api/v1/refunds" && req.Method == http.MethodPost:
		n.createRefund(w, account, body)
	case strings.HasPrefix(path, "/api/v1/refunds/") && req.Method == http.MethodGet:
		n.readRefund(w, account, strings.TrimPrefix(path, "/api/v1/refunds/"))
	case path == "/api/v1/settlements" && req.Method == http.MethodGet:
		n.settlements(w, account, req.URL.Query().Get("date"))
	default:
		http.NotFound(w, req)
	}
}

// caller checks the bearer token; it has answered if it returns nil.
func (n *Network) caller(w http.ResponseWriter, req *http.Request) *simnet.Account {
	token, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	g, ok := n.tokens[token]
	switch {
	case !ok:
		refusal(w, http.StatusUnauthorized, "INVALID_CREDENTIALS")
		return nil
	case !n.Now().Before(g.until):
		refusal(w, http.StatusUnauthorized, "TOKEN_EXPIRED")
		return nil
	}
	return g.account
}

// Refuse answers with a documented code, or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, req *http.Request, kind simnet.Kind) {
	switch {
	case kind == simnet.RateLimit:
		refusal(w, http.StatusTooManyRequests, "RATE_LIMITED")
	case kind == simnet.DuplicateReference: // not in the contract, which gives the first one back
		refusal(w, http.StatusConflict, "DUPLICATE_REFERENCE")
	case n.Operation(req) == simnet.OpDisbursement:
		refusal(w, http.StatusUnprocessableEntity, "REFUND_EXPIRED")
	default:
		invalid(w, "113", "amount", "Valor inválido")
	}
}

// refusal answers as the S3 contract does.
func refusal(w http.ResponseWriter, status int, code string) {
	simnet.WriteJSON(w, status, map[string]string{"code": code, "message": "Solicitud rechazada."})
}

// invalid answers as the CIP interface does.
func invalid(w http.ResponseWriter, code, field, message string) {
	type fault struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Field   string `json:"field"`
	}
	faults := []fault{}
	if field != "" {
		faults = append(faults, fault{code, message, field})
	}
	simnet.WriteJSON(w, http.StatusBadRequest, map[string]any{"code": code, "message": "Solicitud con datos inválidos.", "data": faults})
}

// good answers as the CIP interface does. The code is a number here and a string in token answers, as documented.
func good(w http.ResponseWriter, status int, data any) {
	simnet.WriteJSON(w, status, map[string]any{"code": 100, "message": "Solicitud exitosa.", "data": data})
}

// voice makes callbacks.
type voice struct{}

// event is a callback in the documented order of keys; occurredAt belongs to the S3 contract.
type event struct {
	EventType       string `json:"eventType"`
	OperationNumber string `json:"operationNumber"`
	Data            any    `json:"data"`
	OccurredAt      string `json:"occurredAt"`
}

// PaymentEvent tells of cash only: no other event of a CIP is documented.
func (voice) PaymentEvent(p *simnet.Payment, r *simnet.Receipt) []byte {
	if r == nil {
		return nil
	}
	return encode(event{"cip.paid", r.ID, struct {
		CIP             string         `json:"cip"`
		Currency        money.Currency `json:"currency"`
		Amount          json.Number    `json:"amount"`
		TransactionCode string         `json:"transactionCode"`
	}{p.Code, p.Currency, number(r.Minor), p.Ours}, stamp(r.At)})
}

// DisbursementEvent tells every status of a refund.
func (voice) DisbursementEvent(d *simnet.Disbursement) []byte {
	return encode(event{"refund." + strings.ToLower(word(d.Status)), d.Reference, struct {
		RefundID              string         `json:"refundId"`
		MerchantRefundID      string         `json:"merchantRefundId"`
		OriginalTransactionID string         `json:"originalTransactionId"`
		Currency              money.Currency `json:"currency"`
		Amount                json.Number    `json:"amount"`
		ReasonCode            string         `json:"reasonCode,omitempty"`
	}{d.Reference, d.Ours, d.Transaction, d.Currency, number(d.Minor), d.Code}, stamp(d.MovedAt)})
}

// Sign makes the signature header.
func (voice) Sign(secret string, body []byte, _ time.Time) http.Header {
	return http.Header{"Pe-Signature": {provider.Sign(secret, body)}}
}

// encode writes compact JSON.
func encode(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return raw
}
