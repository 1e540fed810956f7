// Package mercadopagosim is a simulated Mercado Pago: payments, refunds, notifications and the account money report, as
// documented.
package mercadopagosim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

const name = "mercadopago"

// Network is the simulated provider.
type Network struct {
	*simnet.Book
	payments map[string]*cash                  // by the id of a payment, a second one's included
	refunds  map[string][]*simnet.Disbursement // by the id of their payment
	notify   map[string]string                 // by the id of a payment
	reports  []report
	serial   int // of notifications
}

// cash is a payment under one of its ids: the first receipt's, or that of another that came for the same voucher.
type cash struct {
	payment *simnet.Payment
	id      string
}

// New opens a simulated Mercado Pago.
func New(host simnet.Host) simnet.Network {
	n := &Network{payments: map[string]*cash{}, refunds: map[string][]*simnet.Disbursement{}, notify: map[string]string{}}
	n.Book = simnet.NewBook(host, simnet.Manners{
		Name: name, Voice: voice{n},
		Retries:   []time.Duration{5 * time.Minute, 45 * time.Minute, 6 * time.Hour, 48 * time.Hour, 96 * time.Hour},
		FailCode:  "rejected",
		ReceiptID: func(serial int) string { return fmt.Sprint(7_186_000_000 + serial) },
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
	case req.Method == http.MethodPost && strings.HasSuffix(path, "/refunds"):
		return simnet.OpDisbursement
	case strings.HasPrefix(path, "/v1/payments/") && req.Method == http.MethodGet:
		return simnet.OpRead
	case strings.HasPrefix(path, "/v1/payments"):
		return simnet.OpPayment
	}
	return simnet.OpOther
}

// ServeHTTP is the wire.
func (n *Network) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := simnet.Body(req)
	token, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	account := n.Holder("access_token", token)
	switch {
	case err != nil:
		refusal(w, http.StatusBadRequest, "2085", "Invalid body")
	case account == nil:
		refusal(w, http.StatusUnauthorized, "401", "Invalid token")
	case req.Method != http.MethodGet && strings.HasPrefix(req.URL.Path, "/v1/payments") && req.Header.Get("X-Idempotency-Key") == "":
		refusal(w, http.StatusBadRequest, "4292", "Header X-Idempotency-Key can't be null")
	case strings.HasPrefix(req.URL.Path, "/v1/account/settlement_report"):
		n.settlementReport(w, req, account, body)
	default:
		n.route(w, req, account, body)
	}
}

func (n *Network) route(w http.ResponseWriter, req *http.Request, a *simnet.Account, body []byte) {
	path := strings.Split(strings.TrimPrefix(req.URL.Path, "/v1/payments"), "/")[1:]
	if !strings.HasPrefix(req.URL.Path, "/v1/payments") {
		http.NotFound(w, req)
		return
	}
	switch {
	case req.Method == http.MethodPost && len(path) == 0:
		n.createPayment(w, a, body)
	case req.Method == http.MethodGet && len(path) == 1 && path[0] == "search":
		n.search(w, a, req.URL.Query().Get("external_reference"))
	case len(path) == 1:
		n.onePayment(w, req.Method, a, path[0], body)
	case len(path) == 2 && path[1] == "refunds" && req.Method == http.MethodPost:
		n.createRefund(w, req, a, path[0], body)
	case len(path) == 2 && path[1] == "refunds":
		n.listRefunds(w, a, path[0])
	case len(path) == 3 && path[1] == "refunds" && req.Method == http.MethodGet:
		n.readRefund(w, a, path[0], path[2])
	default:
		http.NotFound(w, req)
	}
}

// Refuse answers with a documented code, or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, _ *http.Request, kind simnet.Kind) {
	switch kind {
	case simnet.RateLimit:
		refusal(w, http.StatusTooManyRequests, "429", "Too many requests")
	case simnet.DuplicateReference: // documented of orders, not of refunds
		refusal(w, http.StatusConflict, "409", "The idempotency key was used already")
	default:
		refusal(w, http.StatusBadRequest, "2063", "The action requested is not valid for the current payment state")
	}
}

func refusal(w http.ResponseWriter, status int, code, description string) {
	simnet.WriteJSON(w, status, map[string]any{"message": description, "error": strings.ToLower(http.StatusText(status)), "status": status,
		"cause": []map[string]any{{"code": json.RawMessage(code), "description": description}}})
}

// voice makes notifications: they say which payment moved, and no more.
type voice struct{ network *Network }

// PaymentEvent tells that a payment moved.
func (v voice) PaymentEvent(p *simnet.Payment, r *simnet.Receipt) []byte {
	id := p.ID
	if r != nil && r.ID != p.ID {
		id = r.ID
		v.network.payments[id] = &cash{p, id}
		v.network.notify[id] = v.network.notify[p.ID]
	}
	return v.notification(id)
}

// DisbursementEvent tells that the refund's payment moved.
func (v voice) DisbursementEvent(d *simnet.Disbursement) []byte { return v.notification(d.Transaction) }

func (v voice) notification(id string) []byte {
	v.network.serial++
	raw, err := json.Marshal(map[string]any{"id": 90_000_000 + v.network.serial, "live_mode": false, "type": "payment", "api_version": "v1",
		"action": "payment.updated", "date_created": stamp(v.network.Now()), "data": map[string]string{"id": id}})
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return raw
}

// Sign is not called: the address is part of what is signed.
func (voice) Sign(string, []byte, time.Time) http.Header { return http.Header{} }

// SignRequest calls the payment's own address with the id in it, and signs id, request and time.
func (v voice) SignRequest(_ *simnet.Account, secret string, req *http.Request, body []byte, now time.Time) {
	var event struct {
		ID   int64 `json:"id"`
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	_ = json.Unmarshal(body, &event)
	if to, err := url.Parse(v.network.notify[event.Data.ID]); err == nil && to.Host != "" {
		req.URL, req.Host = to, to.Host
	}
	query := req.URL.Query()
	query.Set("data.id", event.Data.ID)
	query.Set("type", "payment")
	req.URL.RawQuery = query.Encode()
	ts, request := fmt.Sprint(now.UnixMilli()), fmt.Sprintf("req-%d", event.ID)
	v1 := provider.Sign(secret, []byte("id:"+event.Data.ID+";request-id:"+request+";ts:"+ts+";"))
	req.Header = http.Header{"X-Signature": {"ts=" + ts + ",v1=" + v1}, "X-Request-Id": {request}}
}

// stamp prints a date as Mercado Pago does, whatever the country: in GMT-04.
func stamp(t time.Time) string {
	return t.In(time.FixedZone("", -4*60*60)).Format("2006-01-02T15:04:05.000-07:00")
}

// number prints an amount as Mercado Pago's JSON does: without zeros that carry nothing.
func number(minor int64) json.Number {
	return json.Number(strings.TrimSuffix(strings.TrimRight(money.FormatMinor(minor, 2), "0"), "."))
}
