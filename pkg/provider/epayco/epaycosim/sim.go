// Package epaycosim is a simulated ePayco: a login, vouchers, questions by its own reference, and form confirmations whose
// signature leaves the state out.
package epaycosim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

const name = "epayco"

// Network is the simulated provider.
type Network struct {
	*simnet.Book
	tokens map[string]*simnet.Account
}

// New opens a simulated ePayco.
func New(host simnet.Host) simnet.Network {
	return &Network{tokens: map[string]*simnet.Account{}, Book: simnet.NewBook(host, simnet.Manners{
		Name: name, Network: "efecty", Voice: voice{},
		Retries:   []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour},
		ReceiptID: func(n int) string { return fmt.Sprintf("unused%d", n) },
	})}
}

// Pay is the buyer at the counter, who pays what the pin says, once.
func (n *Network) Pay(ours string, minor int64) error {
	for _, e := range n.Vouchers(ours) {
		if e.Status == simnet.Paid || (minor != 0 && minor != e.Amount) {
			return fmt.Errorf("%s takes a pin once, with what it says", name)
		}
	}
	return n.Book.Pay(ours, minor)
}

// Operation says what a request is.
func (n *Network) Operation(req *http.Request) simnet.Operation {
	switch req.URL.Path {
	case "/restpagos/v2/efectivo/efecty":
		return simnet.OpPayment
	case "/restpagos/transaction/response.json":
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
		failed(w)
		return
	}
	switch path := req.URL.Path; {
	case path == "/login" && req.Method == http.MethodPost:
		n.login(w, req.Header.Get("Authorization"))
	case path == "/restpagos/v2/efectivo/efecty" && req.Method == http.MethodPost:
		n.cash(w, req.Header.Get("Authorization"), body)
	case path == "/restpagos/transaction/response.json" && req.Method == http.MethodGet:
		n.response(w, req.URL.Query())
	default:
		http.NotFound(w, req)
	}
}

func (n *Network) login(w http.ResponseWriter, authorization string) {
	raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(authorization, "Basic "))
	public, private, _ := strings.Cut(string(raw), ":")
	a := n.Holder("public_key", public)
	if a == nil || a.Credentials["private_key"] != private {
		invalid(w)
		return
	}
	token := fmt.Sprintf("eyJ.%d.%s", n.Next(), a.ID)
	n.tokens[token] = a
	simnet.WriteJSON(w, http.StatusOK, map[string]string{"token": token})
}

func (n *Network) cash(w http.ResponseWriter, authorization string, body []byte) {
	a := n.tokens[strings.TrimPrefix(authorization, "Bearer ")]
	if a == nil {
		invalid(w)
		return
	}
	var ask map[string]string
	if json.Unmarshal(body, &ask) != nil || ask["invoice"] == "" || ask["doc_number"] == "" || ask["ip"] == "" || ask["metodoconfirmacion"] != "POST" {
		failed(w)
		return
	}
	minor, err := provider.Minor(json.Number(ask["value"]), money.Currency(ask["currency"]))
	day, wrong := calendar.Parse(ask["end_date"])
	zone := calendar.Colombia().Zone()
	if err != nil || wrong != nil || minor <= 0 || ask["currency"] != string(money.COP) || day.Before(calendar.On(n.Now(), zone)) {
		failed(w)
		return
	}
	serial := n.Next()
	p := n.Issue(simnet.Payment{Account: a, ID: fmt.Sprint(45_000_000 + serial), Ours: ask["invoice"], Code: fmt.Sprintf("3%07d", serial),
		Minor: minor, Currency: money.COP, ExpiresAt: day.AddDays(1).Start(zone).Add(-time.Second)})
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"success": true, "title_response": "SUCCESS", "data": map[string]any{
		"ref_payco": json.Number(p.ID), "factura": p.Ours, "valor": number(p.Minor), "moneda": p.Currency, "estado": "Pendiente", "pin": p.Code,
		"codigoproyecto": "110342", "fechaexpiracion": p.ExpiresAt.In(zone).Format(time.DateTime)}})
}

func (n *Network) response(w http.ResponseWriter, q url.Values) {
	a := n.Holder("public_key", q.Get("public_key"))
	if a == nil {
		invalid(w)
		return
	}
	p := n.VoucherByID(a, q.Get("ref_payco"))
	if p == nil {
		failed(w)
		return
	}
	data := map[string]any{}
	for name, value := range fields(p) {
		data[name] = value
	}
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"success": true, "data": data})
}

// fields are a payment's, in answers and in confirmations.
func fields(p *simnet.Payment) map[string]string {
	state, at, transaction := "3", p.CreatedAt, ""
	switch p.Status {
	case simnet.Paid:
		state, at, transaction = "1", p.Receipts[0].At, p.Receipts[0].ID
	case simnet.Expired:
		state, at = "10", p.ExpiresAt
	}
	return map[string]string{"x_ref_payco": p.ID, "x_id_invoice": p.Ours, "x_amount": string(number(p.Minor)), "x_currency_code": string(p.Currency),
		"x_transaction_id": transaction, "x_cod_transaction_state": state, "x_franchise": "EF", "x_test_request": "TRUE",
		"x_fecha_transaccion": at.In(calendar.Colombia().Zone()).Format(time.DateTime)}
}

func number(minor int64) json.Number {
	return json.Number(strings.TrimSuffix(strings.TrimRight(money.FormatMinor(minor, 2), "0"), "."))
}

// Refuse answers as ePayco does: with HTTP 200 and no code that is documented; or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, _ *http.Request, kind simnet.Kind) {
	if kind == simnet.RateLimit {
		http.Error(w, "slow down", http.StatusTooManyRequests)
		return
	}
	failed(w)
}

func invalid(w http.ResponseWriter) {
	simnet.WriteJSON(w, http.StatusUnauthorized, map[string]string{"error": "Invalid client: client is invalid"})
}

func failed(w http.ResponseWriter) {
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"success": false, "title_response": "Error", "data": map[string]any{"errors": []any{}}})
}

// voice makes confirmations: forms with the signature inside.
type voice struct{}

// PaymentEvent tells of cash, and of a pin's end.
func (voice) PaymentEvent(p *simnet.Payment, _ *simnet.Receipt) []byte {
	form := url.Values{}
	for name, value := range fields(p) {
		form[name] = []string{value}
	}
	return []byte(form.Encode())
}

// DisbursementEvent: nothing is ever handed over.
func (voice) DisbursementEvent(*simnet.Disbursement) []byte { return nil }

// Sign makes no headers: see SignRequest.
func (voice) Sign(string, []byte, time.Time) http.Header { return http.Header{} }

// SignRequest puts the signature into the form.
func (voice) SignRequest(a *simnet.Account, secret string, req *http.Request, body []byte, _ time.Time) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		panic(err) // PaymentEvent made it
	}
	sum := sha256.Sum256([]byte(a.Credentials["customer_id"] + "^" + secret + "^" + form.Get("x_ref_payco") + "^" +
		form.Get("x_transaction_id") + "^" + form.Get("x_amount") + "^" + form.Get("x_currency_code")))
	form.Set("x_signature", hex.EncodeToString(sum[:]))
	signed := form.Encode()
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(signed)), int64(len(signed))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
}
