// Package payusim is a simulated PayU: the payments and queries interfaces, confirmations, and the Payouts API, as
// documented.
package payusim

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

const name = "payu"

// Network is the simulated provider.
type Network struct {
	*simnet.Book
	tokens map[string]grant
	notify map[string]string // notifyUrl by reference
}

// grant is a bearer token given out.
type grant struct {
	account *simnet.Account
	until   time.Time
}

// New opens a simulated PayU.
func New(host simnet.Host) simnet.Network {
	n := &Network{tokens: map[string]grant{}, notify: map[string]string{}}
	n.Book = simnet.NewBook(host, simnet.Manners{
		Name: name, Unasked: true, Voice: voice{n},
		Retries:   []time.Duration{10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour},
		FailCode:  "REJECTED",
		ReceiptID: transactionID,
	})
	return n
}

func transactionID(serial int) string {
	return fmt.Sprintf("%08d-0000-4000-8000-%012d", serial, serial)
}

// Pay is the buyer at the counter, who in Colombia has no coins below a peso.
func (n *Network) Pay(ours string, minor int64) error {
	for _, e := range n.Vouchers(ours) {
		if e.Currency == string(money.COP) && minor%100 != 0 {
			return fmt.Errorf("%s takes whole pesos, not %s", name, money.New(minor, money.COP))
		}
	}
	return n.Book.Pay(ours, minor)
}

const (
	paymentsPath  = "/payments-api/4.0/service.cgi"
	reportsPath   = "/reports-api/4.0/service.cgi"
	transfersPath = "/push-payment/v1.0/supplier-transfers/"
)

// Operation says what a request is.
func (n *Network) Operation(req *http.Request) simnet.Operation {
	switch path := req.URL.Path; {
	case strings.HasPrefix(path, transfersPath):
		return simnet.OpDisbursement
	case path == paymentsPath:
		return simnet.OpPayment
	case path == reportsPath:
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
	path := req.URL.Path
	switch {
	case err != nil || req.Method != http.MethodPost:
		http.NotFound(w, req)
	case path == "/v1.0/authenticate":
		n.authenticate(w, req.URL.Query())
	case strings.HasPrefix(path, transfersPath):
		n.createTransfer(w, req, body)
	case path == paymentsPath:
		n.submit(w, body)
	case path == reportsPath:
		n.query(w, body)
	default:
		http.NotFound(w, req)
	}
}

// Refuse answers in the words of the interface that was called, or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, req *http.Request, kind simnet.Kind) {
	switch {
	case kind == simnet.RateLimit:
		http.Error(w, "too many requests", http.StatusTooManyRequests)
	case kind == simnet.DuplicateReference: // documented nowhere
		simnet.WriteJSON(w, http.StatusConflict, map[string]string{"message": "Conflict"})
	case n.Operation(req) == simnet.OpDisbursement:
		simnet.WriteJSON(w, http.StatusOK, map[string]any{"totalSuccessful": 0, "totalFailed": 1, "successfulItems": []any{},
			"failedItems": []any{map[string]any{"processingStatus": "FAILED", "failureMessages": []string{"There is no registered bank with that code"}}}})
	default:
		broken(w, "The transaction cannot be processed")
	}
}

// broken is how the payments and queries interfaces tell an error: within a good answer.
func broken(w http.ResponseWriter, text string) {
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"code": "ERROR", "error": text, "transactionResponse": nil, "result": nil})
}

// caller is the account whose credentials stand in a body; nil for none.
func (n *Network) caller(login, key string) *simnet.Account {
	if a := n.Holder("api_login", login); a != nil && a.Credentials["api_key"] == key {
		return a
	}
	return nil
}

// sum is the hex MD5 of the parts joined by "~".
func sum(parts ...string) string {
	digest := md5.Sum([]byte(strings.Join(parts, "~")))
	return hex.EncodeToString(digest[:])
}

// voice makes confirmations of payments and notifications of payouts.
type voice struct{ network *Network }

// PaymentEvent is a confirmation: of cash, or of a voucher's end. Only final states are told.
func (v voice) PaymentEvent(p *simnet.Payment, r *simnet.Receipt) []byte {
	state, code, id, minor, at := "5", "20", p.ID, p.Minor, p.ExpiresAt
	if r != nil {
		state, code, id, minor, at = "4", "1", r.ID, r.Minor, r.At
	}
	return []byte(url.Values{"merchant_id": {p.Account.Credentials["merchant_id"]}, "reference_sale": {p.Ours}, "reference_pol": {p.Code},
		"state_pol": {state}, "response_code_pol": {code}, "value": {money.FormatMinor(minor, 2)}, "currency": {string(p.Currency)},
		"transaction_id": {id}, "payment_method_type": {"7"}, "transaction_date": {at.UTC().Add(-5 * time.Hour).Format(time.DateTime)}, "test": {"1"},
	}.Encode())
}

// DisbursementEvent is a notification of a payout.
func (v voice) DisbursementEvent(d *simnet.Disbursement) []byte {
	state, status := "CREATED", "REQUEST_BY_THE_MERCHANT"
	switch d.Status {
	case simnet.Paid:
		state, status = "PROCESSING_COMPLETED", "CONFIRMED_BY_THE_BANK"
	case simnet.Rejected, simnet.Returned, simnet.Expired, simnet.Cancelled:
		state, status = "REJECTED", "REJECTED"
	}
	raw, err := json.Marshal(map[string]any{"pushPaymentId": d.Reference, "creationDate": d.CreatedAt.UnixMilli(), "value": value(d.Minor),
		"currency": d.Currency, "state": state, "status": status, "errorCode": "", "errorMessage": "", "country": "CO"})
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return raw
}

// Sign is not called: the sign is a field of the body, or the address.
func (voice) Sign(string, []byte, time.Time) http.Header { return http.Header{} }

// SignRequest puts the sign into a confirmation, and sends a notification to the address that holds the proof.
func (v voice) SignRequest(a *simnet.Account, secret string, req *http.Request, body []byte, _ time.Time) {
	if len(body) > 0 && body[0] == '{' {
		req.URL.RawQuery = url.Values{"payouts": {provider.Sign(secret, []byte("payouts of "+a.ID))[:32]}}.Encode()
		req.Header.Set("Content-Type", "application/json")
		return
	}
	fields, _ := url.ParseQuery(string(body))
	if to, err := url.Parse(v.network.notify[fields.Get("reference_sale")]); err == nil && to.Host != "" {
		req.URL, req.Host = to, to.Host
	}
	signed := strings.TrimSuffix(fields.Get("value"), "0")
	fields.Set("sign", sum(secret, fields.Get("merchant_id"), fields.Get("reference_sale"), signed, fields.Get("currency"), fields.Get("state_pol")))
	text := fields.Encode()
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
}

// value prints an amount as PayU's JSON does: with two decimals.
func value(minor int64) json.Number { return json.Number(money.FormatMinor(minor, 2)) }
