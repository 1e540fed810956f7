// Package kushkisim is a simulated Kushki: tokens, then charges or transfers; signed webhooks; nothing to ask.
package kushkisim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

const (
	name      = "kushki"
	tokenLife = 30 * time.Minute
)

// Network is the simulated provider.
type Network struct {
	*simnet.Book
	tokens map[string]grant
}

// grant is a token given out; it is used once.
type grant struct {
	account *simnet.Account
	path    string // what it was asked for
	minor   int64
	until   time.Time
}

// New opens a simulated Kushki.
func New(host simnet.Host) simnet.Network {
	return &Network{tokens: map[string]grant{}, Book: simnet.NewBook(host, simnet.Manners{
		Name: name, Unasked: true, Network: "efecty", Voice: voice{},
		Retries:   []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour},
		FailCode:  "declined",
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
	case "/cash/v1/charges/init":
		return simnet.OpPayment
	case "/payouts/transfer/v1/init":
		return simnet.OpDisbursement
	}
	return simnet.OpOther
}

// ServeHTTP is the wire.
func (n *Network) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if n.Drop(w, req) {
		return
	}
	body, err := simnet.Body(req)
	if err != nil || req.Method != http.MethodPost {
		http.NotFound(w, req)
		return
	}
	switch req.URL.Path {
	case "/cash/v1/tokens", "/payouts/transfer/v1/tokens":
		n.token(w, n.Holder("public_merchant_id", req.Header.Get("Public-Merchant-Id")), req.URL.Path, body)
	case "/cash/v1/charges/init", "/payouts/transfer/v1/init":
		n.begin(w, n.Holder("private_merchant_id", req.Header.Get("Private-Merchant-Id")), req.URL.Path, body)
	default:
		http.NotFound(w, req)
	}
}

func (n *Network) token(w http.ResponseWriter, a *simnet.Account, path string, body []byte) {
	var ask struct {
		TotalAmount    json.Number    `json:"totalAmount"`
		Currency       money.Currency `json:"currency"`
		Identification string         `json:"identification"`
		DocumentNumber string         `json:"documentNumber"`
		AccountNumber  string         `json:"accountNumber"`
	}
	if a == nil {
		refusal(w, http.StatusUnauthorized, "C004")
		return
	}
	err := json.Unmarshal(body, &ask)
	minor, wrong := provider.Minor(ask.TotalAmount, ask.Currency)
	whole := ask.Identification != "" || (ask.DocumentNumber != "" && ask.AccountNumber != "")
	if err != nil || wrong != nil || minor <= 0 || !whole {
		refusal(w, http.StatusBadRequest, "C001")
		return
	}
	token := fmt.Sprintf("tok%029d", n.Next())
	n.tokens[token] = grant{a, strings.Replace(path, "tokens", "", 1), minor, n.Now().Add(tokenLife)}
	simnet.WriteJSON(w, http.StatusCreated, map[string]string{"token": token})
}

type beginning struct {
	Token          string `json:"token"`
	ExpirationDate string `json:"expirationDate"`
	Amount         struct {
		Currency     money.Currency `json:"currency"`
		SubtotalIva0 json.Number    `json:"subtotalIva0"`
	} `json:"amount"`
	Metadata map[string]string `json:"metadata"`
}

func (n *Network) begin(w http.ResponseWriter, a *simnet.Account, path string, body []byte) {
	var ask beginning
	if a == nil {
		refusal(w, http.StatusUnauthorized, "C004")
		return
	}
	if json.Unmarshal(body, &ask) != nil {
		refusal(w, http.StatusBadRequest, "C001")
		return
	}
	g, ok := n.tokens[ask.Token]
	if !ok || g.account.ID != a.ID || !n.Now().Before(g.until) || !strings.HasPrefix(path, g.path) {
		refusal(w, http.StatusBadRequest, "C003")
		return
	}
	delete(n.tokens, ask.Token)
	if minor, err := provider.Minor(ask.Amount.SubtotalIva0, ask.Amount.Currency); err != nil || minor != g.minor {
		refusal(w, http.StatusBadRequest, "C001")
		return
	}
	if strings.HasPrefix(path, "/cash/") {
		n.charge(w, a, g, ask)
		return
	}
	d, _ := n.Accept(simnet.Disbursement{Account: a, Kind: simnet.KindPayout, Ours: ask.Metadata["reference"],
		Reference: ticket(n.Next()), Minor: g.minor, Currency: ask.Amount.Currency, Status: simnet.Accepted}, false)
	simnet.WriteJSON(w, http.StatusCreated, map[string]any{"ticketNumber": d.Reference, "transactionReference": d.Reference, "created": d.CreatedAt.UnixMilli()})
}

func (n *Network) charge(w http.ResponseWriter, a *simnet.Account, g grant, ask beginning) {
	expires := n.Now().Add(7 * 24 * time.Hour)
	if ask.ExpirationDate != "" {
		var err error
		if expires, err = time.Parse(time.DateTime, ask.ExpirationDate); err != nil || expires.Before(n.Now().Add(23*time.Hour)) {
			refusal(w, http.StatusBadRequest, "C001")
			return
		}
	}
	serial := n.Next()
	p := n.Issue(simnet.Payment{Account: a, ID: ticket(serial), Ours: ask.Metadata["reference"], Code: fmt.Sprintf("9%08d", serial),
		Minor: g.minor, Currency: ask.Amount.Currency, ExpiresAt: expires})
	answer := map[string]any{"ticketNumber": p.ID, "pin": p.Code, "pdfUrl": "https://pdf.kushki.sim/" + p.ID, "transactionReference": p.ID}
	if a.Network == "efecty" {
		answer["agreementNumber"] = "110757"
	}
	simnet.WriteJSON(w, http.StatusCreated, answer)
}

func ticket(serial int) string { return fmt.Sprintf("%018d", 760_000_000+serial) }

// Refuse answers with a documented code, or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, _ *http.Request, kind simnet.Kind) {
	switch kind {
	case simnet.RateLimit:
		http.Error(w, "slow down", http.StatusTooManyRequests)
	case simnet.DuplicateReference: // documented nowhere
		refusal(w, http.StatusConflict, "DUPLICATE_REFERENCE")
	default:
		refusal(w, http.StatusBadRequest, "C001")
	}
}

func refusal(w http.ResponseWriter, status int, code string) {
	simnet.WriteJSON(w, status, map[string]string{"code": code, "message": "Solicitud rechazada"})
}

// voice makes webhooks.
type voice struct{}

func event(ticket, status string, minor int64, c money.Currency, ours string, at time.Time, more map[string]any) []byte {
	body := map[string]any{"ticketNumber": ticket, "status": status, "currency": c, "completedAt": at.UnixMilli(),
		"totalAmount": json.Number(strings.TrimSuffix(strings.TrimRight(money.FormatMinor(minor, 2), "0"), ".")),
		"metadata":    map[string]string{"reference": ours}}
	for k, v := range more {
		body[k] = v
	}
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return raw
}

// PaymentEvent tells of cash, and of a pin's end.
func (voice) PaymentEvent(p *simnet.Payment, r *simnet.Receipt) []byte {
	more := map[string]any{"pin": p.Code, "created": p.CreatedAt.UnixMilli()}
	if r == nil {
		return event(p.ID, "expiredTransaction", p.Minor, p.Currency, p.Ours, p.ExpiresAt, more)
	}
	return event(p.ID, "approvedTransaction", r.Minor, p.Currency, p.Ours, r.At, more)
}

// DisbursementEvent tells how a transfer ended; that it was taken in the reply has said.
func (voice) DisbursementEvent(d *simnet.Disbursement) []byte {
	status := "declinedTransaction"
	switch d.Status {
	case simnet.Accepted:
		return nil
	case simnet.Paid:
		status = "approvedTransaction"
	}
	return event(d.Reference, status, d.Minor, d.Currency, d.Ours, d.MovedAt, nil)
}

// Sign makes both signatures: the full one over body, point and stamp, and the simple one over the stamp.
func (voice) Sign(secret string, body []byte, now time.Time) http.Header {
	stamp := strconv.FormatInt(now.Unix(), 10)
	return http.Header{"X-Kushki-Id": {stamp}, "X-Kushki-Signature": {provider.Sign(secret, body, []byte("."), []byte(stamp))},
		"X-Kushki-Simplesignature": {provider.Sign(secret, []byte(stamp))}}
}
