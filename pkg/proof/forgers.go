package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
)

// forgers tell of success that nobody signed for: they know what the merchant sold and gives back, by its ids and numbers, and every
// account but its secret. They have a generator of their own, and come where there are people: what a world without people draws stays
// what it was.
type forgers struct {
	m        *merchants
	rand     *rand.Rand
	accounts []provider.Account // the merchant's, then those of others
	heard    map[string]int     // by kind of thing and account: what was accepted so far
}

func newForgers(m *merchants, seed uint64) *forgers {
	return &forgers{m: m, rand: rand.New(rand.NewPCG(seed, 0x666f7267)), accounts: slices.Concat(allsim.Accounts("demo"), allsim.Accounts("other")),
		heard: map[string]int{}}
}

// signatures are what a forger puts where the provider's signature belongs.
func signatures() []string {
	return []string{"of nobody's secret", "of another account's secret", "missing"}
}

// hear is what was accepted, through a provider. Every first, second, fourth, eighth and so on of an account is lied about, within
// the minutes in which it is mostly undecided: a few dozen lies, spread over the whole of a world, however many orders it has.
func (f *forgers) hear(n noun, through string) {
	if f == nil {
		return
	}
	own := slices.IndexFunc(f.accounts, func(a provider.Account) bool { return a.Provider == through && a.Network == n.Network })
	if own < 0 || tales(f.accounts[own], n, f.m.world.Now()) == nil {
		return
	}
	a := f.accounts[own]
	kind, _, _ := strings.Cut(n.ID, "_")
	kind += a.ID
	if f.heard[kind]++; bits.OnesCount(uint(f.heard[kind])) != 1 {
		return
	}
	for _, how := range signatures() {
		f.m.world.After(time.Duration(f.rand.Int64N(int64(2*time.Minute))), func() { f.m.world.Go(func() { f.lie(a, n, how) }, nil) })
	}
}

// lie posts one, which must not be answered with 2xx: that would have the forger's word kept beside the providers'.
func (f *forgers) lie(a provider.Account, n noun, how string) {
	if r := f.m.ask(f.forged(a, n, how)); r.Status >= 200 && r.Status < 300 {
		f.m.report(a.ID, i14, fmt.Sprintf("success of %s was believed, its signature %s", n.ID, how))
	}
}

func (f *forgers) forged(a provider.Account, n noun, how string) *http.Request {
	secret := "nobody's"
	if how == "of another account's secret" {
		secret = f.neighbour(a).Secrets[0]
	}
	now := f.m.world.Now()
	body := tales(a, n, now)
	req, err := http.NewRequest(http.MethodPost, "http://vuelto/webhooks/"+a.Provider+"/"+a.ID, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	header := sealed(req.Header, a, secret, body, now)
	if how == "missing" {
		req.Header.Del(header)
	}
	return req
}

// neighbour is another account with the same provider: the merchant's own in another country, else another merchant's.
func (f *forgers) neighbour(a provider.Account) provider.Account {
	at := slices.IndexFunc(f.accounts, func(b provider.Account) bool { return b.Provider == a.Provider && b.ID != a.ID })
	return f.accounts[at]
}

// sealed signs as a provider does, and says which header has the signature.
func sealed(h http.Header, a provider.Account, secret string, body []byte, now time.Time) string {
	switch a.Provider {
	case "efecty":
		at := now.UTC().Format(time.RFC3339)
		h.Set("X-Timestamp", at)
		h.Set("X-Signature", provider.Sign(secret, []byte(at+"\n"), body))
		return "X-Signature"
	case "pagoefectivo":
		h.Set("PE-Signature", provider.Sign(secret, body))
		return "PE-Signature"
	case "dlocal":
		at := now.UTC().Format("2006-01-02T15:04:05.000Z")
		h.Set("X-Date", at)
		h.Set("Authorization", "V2-HMAC-SHA256, Signature: "+provider.Sign(secret, []byte(a.Credentials["login"]+at), body))
		return "Authorization"
	default: // kushki
		at := strconv.FormatInt(now.Unix(), 10)
		h.Set("X-Kushki-Id", at)
		h.Set("X-Kushki-Signature", provider.Sign(secret, body, []byte("."+at)))
		return "X-Kushki-Signature"
	}
}

// tales is the webhook by which an account's provider tells that something succeeded; nil if nobody lies about it. EBANX, ePayco,
// Mercado Pago and PayU are left out because their webhooks are a hint, after which they are asked, and dLocal's refunds because they are
// told by an address with a proof of its own, which is not a signature; Rapyd because it signs another way, which its own callbacks with
// a bad signature try.
func tales(a provider.Account, n noun, now time.Time) []byte {
	given := !strings.HasPrefix(n.ID, "pay_")
	at, txn := now.UTC().Format(time.RFC3339), "F-"+n.ID
	major := json.Number(money.FormatMinor(n.Amount, 2))
	if n.Currency == money.COP {
		major = json.Number(strconv.FormatInt(n.Amount/100, 10))
	}
	type object map[string]any
	var told object
	switch {
	case a.Provider == "efecty" && given:
		told = object{"event_id": txn, "event": "disbursement.collected", "occurred_at": at, "data": object{"disbursement_id": txn,
			"merchant_reference": n.ID, "amount": major, "currency": n.Currency, "updated_at": at}}
	case a.Provider == "efecty":
		told = object{"event_id": txn, "event": "payment.confirmed", "occurred_at": at, "data": object{"merchant_reference": n.ID,
			"reference": n.Voucher.Code, "currency": n.Currency, "transaction_id": txn, "paid_amount": major, "paid_at": at}}
	case a.Provider == "pagoefectivo" && given:
		told = object{"eventType": "refund.paid", "operationNumber": txn, "occurredAt": at, "data": object{"refundId": txn,
			"merchantRefundId": n.ID, "currency": n.Currency, "amount": major}}
	case a.Provider == "pagoefectivo":
		told = object{"eventType": "cip.paid", "operationNumber": txn, "occurredAt": at, "data": object{"cip": n.Voucher.Code,
			"transactionCode": n.ID, "currency": n.Currency, "amount": major}}
	case a.Provider == "dlocal" && !given:
		told = object{"id": "D-" + txn, "order_id": n.ID, "status": "PAID", "amount": major, "currency": n.Currency, "approved_date": at,
			"ticket": object{"number": n.Voucher.Code}}
	case a.Provider == "kushki":
		told = object{"ticketNumber": txn, "status": "approvedTransaction", "completedAt": now.UnixMilli(), "totalAmount": major,
			"currency": n.Currency, "pin": n.Voucher.Code, "metadata": object{"reference": n.ID}}
	default:
		return nil
	}
	body, err := json.Marshal(told)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return body
}
