// Package tenth is a provider made from nothing: adapter and simulated network. It shows what one more costs.
package tenth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// note is all this network ever says, both ways: about a payment or about a refund, signed in X-Signature.
type note struct {
	Ref     string         `json:"ref"`
	Kind    string         `json:"kind"`
	ID      string         `json:"id"`
	Amount  json.Number    `json:"amount,omitempty"`
	Status  string         `json:"status"`
	At      time.Time      `json:"at"`
	Code    string         `json:"code,omitempty"` // of a refusal
	Message provider.Prose `json:"message,omitempty"`
}

// Adapter is one account.
type Adapter struct {
	provider.Drop        // where settlement files lie
	csvsettlement.Layout // how they read
	account              provider.Account
	doer                 provider.Doer
}

// New makes the adapter of an account.
func New(account provider.Account, doer provider.Doer, _ provider.Clock) (provider.Adapter, error) {
	drop, _, err := account.Drop(doer)
	_, lacks := account.Need("secret")
	return &Adapter{drop, csvsettlement.Layout{Zone: calendar.Colombia().Zone()}, account, doer}, errors.Join(err, lacks)
}

func (a *Adapter) Profile() provider.Profile {
	return provider.Profile{Name: "tenth", Networks: []string{"efecty"}, Routes: []disbursement.Route{disbursement.Original},
		Currencies: []provider.CurrencyRule{{Currency: money.COP, Decimals: 2}}, PartialOK: true, SeveralOK: true, Idempotent: true,
		QuietPeriod: 10 * time.Minute, Timeout: 10 * time.Second, SettlesIn: 1, Sources: []string{"made up"}, Grounds: []provider.Ground{{Source: "made up"}}}
}

// Codes are its refusals.
func Codes() provider.Codes {
	return provider.Codes{{Status: 422, Code: "NO", Class: provider.Rejected, Means: "refused", Source: "made up"},
		{Status: 401, Code: "WHO", Class: provider.Denied, Means: "the signature is refused", Source: "made up"}}
}

// Words are what it says.
func Words() provider.Words {
	return Codes().Words(provider.Words{"NO": {ES: "rechazado", ZH: "被拒绝"}, "WHO": {ES: "firma rechazada", ZH: "签名被拒绝"},
		"accepted": {ES: "recibido", EN: "taken in", ZH: "已受理"}, "paid": {ES: "pagado", EN: "paid", ZH: "已付款"},
		"rejected": {ES: "rechazado", EN: "rejected", ZH: "被拒绝"}, "returned": {ES: "devuelto", EN: "returned", ZH: "已退回"}, "expired": {ES: "vencido", EN: "expired", ZH: "已过期"}})
}

// say asks a path something and reads the note that comes back.
func (a *Adapter) say(ctx context.Context, path string, n note) (got note, err error) {
	body := bytesOf(n)
	reply, err := provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodPost, URL: a.account.Endpoint + path, Body: body,
		Limited: true, Header: http.Header{"X-Signature": {provider.Sign(a.account.Credentials["secret"], body)}}})
	switch {
	case err != nil:
		return got, err
	case provider.DecodeJSON(reply.Body, &got) == nil && reply.Status == 404 && got.Code == "NONE":
		return got, provider.ErrNoSuchDisbursement
	case reply.Status != 200 || got.Ref != n.Ref || got.Kind != n.Kind || got.ID == "" || (n.Amount != "" && got.Amount != n.Amount):
		return got, Codes().Error(reply.Status, got.Code).Saying(got.Message)
	}
	return got, nil
}

func refundOf(n note, err error) (disbursement.Observation, error) {
	claim, ok := map[string]disbursement.Claim{"accepted": disbursement.ClaimAccepted, "paid": disbursement.ClaimPaid, "rejected": disbursement.ClaimRejected,
		"returned": disbursement.ClaimReturned, "expired": disbursement.ClaimReturned}[n.Status]
	if err == nil && (!ok || n.At.IsZero()) {
		err = provider.ErrMalformed
	}
	return disbursement.Observation{Claim: claim, Reference: n.ID, OccurredAt: n.At, Word: n.Status, Evidence: n.Status + n.ID}, err
}

func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	n, err := a.say(ctx, "/payment", note{Ref: p.ID, Kind: "payment", Amount: json.Number(money.FormatMinor(p.Amount.Minor(), 2)), At: p.ExpiresAt})
	return payment.Observation{Claim: payment.ClaimVoucher, Evidence: n.ID, Voucher: payment.Voucher{Code: n.ID, ExpiresAt: n.At}}, err
}

func (a *Adapter) Refund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	return refundOf(a.say(ctx, "/refund", note{Ref: d.ID, Kind: "refund", ID: d.OriginalTransaction, Amount: json.Number(money.FormatMinor(d.Amount.Minor(), 2))}))
}

func (a *Adapter) ReadStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	return refundOf(a.say(ctx, "/status", note{Ref: d.ID, Kind: "refund", Amount: json.Number(money.FormatMinor(d.Amount.Minor(), 2))}))
}

func (a *Adapter) Verify(d provider.Delivery) error {
	if provider.Signed(a.account.Secrets, d.Header.Get("X-Signature"), d.Body) {
		return nil
	}
	return provider.ErrSignature
}

func (a *Adapter) Read(d provider.Delivery) ([]provider.Fact, error) {
	var n note
	if err := provider.DecodeJSON(d.Body, &n); err != nil || n.Ref == "" {
		return nil, provider.ErrMalformed
	}
	if n.Kind == "refund" {
		o, err := refundOf(n, nil)
		return []provider.Fact{{Ours: n.Ref, Reference: n.ID, Disbursement: &o}}, err
	}
	minor, err := provider.Minor(n.Amount, money.COP)
	if n.Kind != "payment" || err != nil {
		return nil, nil
	}
	return []provider.Fact{{Ours: n.Ref, Reference: n.ID, Payment: &payment.Observation{Claim: payment.ClaimPaid, Evidence: n.Code, Word: "paid",
		TransactionID: n.Code, Minor: minor, OccurredAt: n.At}}}, nil
}

// network is the simulated counterpart.
type network struct{ *simnet.Book }

// Network makes it in a world.
func Network(host simnet.Host) simnet.Network {
	return network{simnet.NewBook(host, simnet.Manners{Name: "tenth", Network: "efecty", Voice: network{}, Retries: []time.Duration{time.Hour},
		FailCode: "NO", ReceiptID: func(n int) string { return fmt.Sprint("T", n) }})}
}

func (n network) Operation(req *http.Request) simnet.Operation {
	return map[string]simnet.Operation{"/payment": simnet.OpPayment, "/refund": simnet.OpDisbursement, "/status": simnet.OpRead}[req.URL.Path]
}

func (n network) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if n.Drop(w, req) {
		return
	}
	body, _ := io.ReadAll(req.Body)
	var ask note
	_ = json.Unmarshal(body, &ask)
	a := n.Holder("secret", "tenth-secret")
	minor, _ := provider.Minor(ask.Amount, money.COP)
	switch {
	case !provider.Signed([]string{"tenth-secret"}, req.Header.Get("X-Signature"), body):
		simnet.WriteJSON(w, 401, note{Code: "WHO"})
	case req.URL.Path == "/payment":
		p := n.Issue(simnet.Payment{Account: a, Ours: ask.Ref, Code: fmt.Sprint("V", n.Next()), Minor: minor, Currency: money.COP, ExpiresAt: ask.At})
		simnet.WriteJSON(w, 200, note{Ref: p.Ours, Kind: "payment", ID: p.Code, Amount: json.Number(money.FormatMinor(p.Minor, 2)), Status: p.Status, At: p.ExpiresAt})
	case req.URL.Path == "/refund":
		d, _ := n.Accept(simnet.Disbursement{Account: a, Kind: simnet.KindRefund, Ours: ask.Ref, Reference: fmt.Sprint("R", n.Next()), Transaction: ask.ID,
			Minor: minor, Currency: money.COP, Status: simnet.Accepted}, true)
		simnet.WriteJSON(w, 200, refundNote(d))
	case n.Lookup(a, ask.Ref) != nil:
		simnet.WriteJSON(w, 200, refundNote(n.Lookup(a, ask.Ref)))
	default:
		simnet.WriteJSON(w, 404, note{Code: "NONE"})
	}
}

func (n network) Refuse(w http.ResponseWriter, _ *http.Request, kind simnet.Kind) {
	simnet.WriteJSON(w, map[simnet.Kind]int{simnet.RateLimit: 429, simnet.Reject: 422, simnet.DuplicateReference: 409}[kind], note{Code: "NO"})
}

func bytesOf(n note) []byte {
	raw, _ := json.Marshal(n)
	return raw
}

func refundNote(d *simnet.Disbursement) note {
	return note{Ref: d.Ours, Kind: "refund", ID: d.Reference, Amount: json.Number(money.FormatMinor(d.Minor, 2)), Status: d.Status, At: d.MovedAt}
}

func (network) PaymentEvent(p *simnet.Payment, r *simnet.Receipt) []byte {
	if r == nil {
		return nil
	}
	return bytesOf(note{p.Ours, "payment", p.Code, json.Number(money.FormatMinor(r.Minor, 2)), "paid", r.At, r.ID, ""})
}

func (network) DisbursementEvent(d *simnet.Disbursement) []byte { return bytesOf(refundNote(d)) }
func (network) Sign(secret string, body []byte, _ time.Time) http.Header {
	return http.Header{"X-Signature": {provider.Sign(secret, body)}}
}
