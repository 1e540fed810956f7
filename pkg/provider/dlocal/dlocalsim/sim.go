// Package dlocalsim is a simulated dLocal: payments by ticket, refunds by bank transfer, notifications, as documented.
package dlocalsim

import (
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

const name = "dlocal"

// Network is the simulated provider.
type Network struct {
	*simnet.Book
	paid    map[string]*simnet.Payment // by the id of a payment, a second one's included
	refunds map[string]*simnet.Disbursement
	notify  map[string]string // by the id of a payment or refund
}

// New opens a simulated dLocal.
func New(host simnet.Host) simnet.Network {
	n := &Network{paid: map[string]*simnet.Payment{}, refunds: map[string]*simnet.Disbursement{}, notify: map[string]string{}}
	hour, half := time.Hour, 12*time.Hour
	n.Book = simnet.NewBook(host, simnet.Manners{
		Name: name, Voice: voice{n},
		Retries:   []time.Duration{hour, hour, hour, hour, hour, hour, half, half, half, half, half},
		FailCode:  "300",
		Poor:      true,
		ReceiptID: func(serial int) string { return fmt.Sprintf("D-4-%012d", serial) },
	})
	return n
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

// Operation says what a request is.
func (n *Network) Operation(req *http.Request) simnet.Operation {
	path := req.URL.Path
	switch {
	case req.Method == http.MethodPost && path == "/refunds":
		return simnet.OpDisbursement
	case req.Method == http.MethodPost && path == "/payments":
		return simnet.OpPayment
	case strings.HasPrefix(path, "/refunds/"), strings.HasPrefix(path, "/orders/"), strings.HasPrefix(path, "/payments/"):
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
		refusal(w, http.StatusBadRequest, 5000, "Invalid request")
		return
	}
	account := n.caller(w, req, body)
	if account == nil {
		return
	}
	path, post := req.URL.Path, req.Method == http.MethodPost
	order, isOrder := strings.CutPrefix(path, "/orders/")
	id, isRefund := strings.CutPrefix(path, "/refunds/")
	switch {
	case post && path == "/payments":
		n.createPayment(w, account, body)
	case post && path == "/refunds":
		n.createRefund(w, account, body)
	case !post && isOrder:
		n.readOrder(w, account, order)
	case !post && isRefund:
		n.readRefund(w, account, id)
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "NOT_FOUND")
	}
}

// caller checks the credentials, and only then the signature; it has answered if it returns nil.
func (n *Network) caller(w http.ResponseWriter, req *http.Request, body []byte) *simnet.Account {
	a := n.Holder("login", req.Header.Get("X-Login"))
	switch {
	case a == nil, req.Header.Get("X-Trans-Key") != a.Credentials["trans_key"], req.Header.Get("User-Agent") == "":
		refusal(w, http.StatusForbidden, 3001, "Invalid credentials")
	case req.Header.Get("X-Version") != "2.1":
		refusal(w, http.StatusBadRequest, 5017, "Invalid API version")
	case req.Header.Get("Authorization") != sign(a.Credentials["secret_key"], a.Credentials["login"], req.Header.Get("X-Date"), body):
		refusal(w, http.StatusBadRequest, 5000, "Signature not match")
	default:
		return a
	}
	return nil
}

func sign(secret, login, date string, body []byte) string {
	return "V2-HMAC-SHA256, Signature: " + provider.Sign(secret, []byte(login+date), body)
}

// Refuse answers with a documented code, or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, _ *http.Request, kind simnet.Kind) {
	switch kind {
	case simnet.RateLimit:
		refusal(w, http.StatusTooManyRequests, 6000, "Too many requests to the API")
	case simnet.DuplicateReference:
		refusal(w, http.StatusBadRequest, 5011, "Order refund id duplicated")
	default:
		refusal(w, http.StatusBadRequest, 5002, "Invalid transaction status")
	}
}

func refusal(w http.ResponseWriter, status, code int, message string) {
	simnet.WriteJSON(w, status, map[string]any{"code": code, "message": message})
}

// voice makes notifications.
type voice struct{ network *Network }

// PaymentEvent tells of cash, and of a ticket's end.
func (v voice) PaymentEvent(p *simnet.Payment, r *simnet.Receipt) []byte {
	if r != nil {
		v.network.paid[r.ID], v.network.notify[r.ID] = p, v.network.notify[p.ID]
	}
	return encode(v.network.payment(p, r))
}

// DisbursementEvent tells every status of a refund; its status code is a text here and a number in replies.
func (v voice) DisbursementEvent(d *simnet.Disbursement) []byte {
	r := refund(d)
	r["status_code"] = fmt.Sprint(r["status_code"])
	return encode(r)
}

// Sign is not called: a notification goes to the address given for its object.
func (voice) Sign(string, []byte, time.Time) http.Header { return http.Header{} }

// SignRequest signs the account's login, the date and the body, and calls the object's own address.
func (v voice) SignRequest(a *simnet.Account, secret string, req *http.Request, body []byte, now time.Time) {
	var object struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(body, &object)
	if to, err := url.Parse(v.network.notify[object.ID]); err == nil && to.Host != "" {
		req.URL, req.Host = to, to.Host
	}
	date := now.UTC().Format("2006-01-02T15:04:05.000Z")
	req.Header = http.Header{"X-Date": {date}, "Authorization": {sign(secret, a.Credentials["login"], date, body)}}
}

// encode writes compact JSON.
func encode(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return raw
}

// stamp prints an instant as dLocal's objects do.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-0700") }

// number prints an amount with the decimals of its country.
func number(minor int64, c money.Currency) json.Number {
	if c == money.COP {
		return json.Number(fmt.Sprint(minor / 100))
	}
	return json.Number(money.FormatMinor(minor, 2))
}
