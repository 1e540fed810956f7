package payment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// body is the stored form: short names, because every kilobyte of an item is billed. Names are append only.
type body struct {
	ID       string           `json:"i"`
	Store    string           `json:"s"`
	Network  string           `json:"n"`
	Provider string           `json:"p"`
	Account  string           `json:"a"`
	Order    string           `json:"o"`
	Minor    int64            `json:"m"`
	Currency string           `json:"c"`
	Payer    *identity.Record `json:"py,omitempty"`
	State    State            `json:"st"`
	Voucher  *voucherBody     `json:"v,omitempty"`
	Receipts []receiptBody    `json:"r,omitempty"`
	History  []stepBody       `json:"h,omitempty"`
	Word     string           `json:"w,omitempty"`
	Said     string           `json:"sd,omitempty"`
	KeyHash  string           `json:"kh,omitempty"`
	BodyHash string           `json:"bh,omitempty"`
	Created  int64            `json:"ct"`
	Expires  int64            `json:"et,omitempty"`
	Canceled int64            `json:"xt,omitempty"`
	Polls    int              `json:"pl,omitempty"`
	Due      int64            `json:"du,omitempty"`
	Handled  *handledBody     `json:"hd,omitempty"`
}

type handledBody struct {
	What     Way    `json:"w"`
	By       string `json:"b"`
	At       int64  `json:"a"`
	Receipts int    `json:"r"`
	Refund   string `json:"f,omitempty"`
}

type voucherBody struct {
	Code    string `json:"c"`
	Barcode string `json:"b,omitempty"`
	URL     string `json:"u,omitempty"`
	Expires int64  `json:"e,omitempty"`
}

type receiptBody struct {
	Transaction string        `json:"t"`
	Minor       int64         `json:"m"`
	At          int64         `json:"a"`
	Settled     calendar.Date `json:"s,omitzero"`
	Fee         int64         `json:"f,omitempty"`
}

type stepBody struct {
	At       int64  `json:"a"`
	From     State  `json:"f,omitempty"`
	To       State  `json:"t"`
	Evidence string `json:"e,omitempty"`
	By       string `json:"b,omitempty"`
	Note     string `json:"n,omitempty"`
	Role     string `json:"r,omitempty"`
	Request  string `json:"q,omitempty"` // as identity.Trail.Short
	Trace    string `json:"u,omitempty"`
}

// Encode makes the record to put; its Version is the one that the put replaces.
func Encode(p Payment) store.Record {
	b := body{
		ID: p.ID, Store: p.Store, Network: p.Network, Provider: p.Provider, Account: p.Account, Order: p.Order,
		Minor: p.Amount.Minor(), Currency: string(p.Amount.Currency()), Payer: identity.Encode(p.Payer), State: p.State,
		Word: p.Word, Said: p.Said, KeyHash: p.KeyHash, BodyHash: p.BodyHash, Created: calendar.Millis(p.CreatedAt), Expires: calendar.Millis(p.ExpiresAt),
		Canceled: calendar.Millis(p.CancelledAt), Polls: p.Polls, Due: calendar.Millis(p.Due),
	}
	if p.Voucher != (Voucher{}) {
		b.Voucher = &voucherBody{p.Voucher.Code, p.Voucher.Barcode, p.Voucher.URL, calendar.Millis(p.Voucher.ExpiresAt)}
	}
	if h := p.Handled; h != (Handling{}) {
		b.Handled = &handledBody{h.What, h.By, calendar.Millis(h.At), h.Receipts, h.Refund}
	}
	for _, r := range p.Receipts {
		b.Receipts = append(b.Receipts, receiptBody{r.TransactionID, r.Minor, calendar.Millis(r.At), r.SettledOn, r.Fee})
	}
	for _, s := range p.History {
		b.History = append(b.History, stepBody{calendar.Millis(s.At), s.From, s.To, s.Evidence, s.By, s.Note, s.Role, s.Trail.Short(), s.Trail.Trace})
	}
	encoded, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings and integers always encode
	}
	key := Key(p.Tenant, p.ID)
	return store.Record{Key: key, Version: p.Version, Body: encoded, Free: p.Free, Tags: tags(p), Index: index(p, key)}
}

// voidTag stands before the id of a refund that settled a situation and gave nothing back. Stored: append only.
const voidTag = "void:"

// VoidTag is the store's tag by which the balance takes a refund back that settled a situation.
func VoidTag(refund string) string { return voidTag + refund }

// FromTags are the refunds that a payment's tags name, and those of them that settled a situation and gave nothing back.
func FromTags(tags []string) (refunds, voided []string) {
	for _, tag := range tags {
		if id, void := strings.CutPrefix(tag, voidTag); void {
			voided = append(voided, id)
		} else {
			refunds = append(refunds, tag)
		}
	}
	return refunds, voided
}

func tags(p Payment) []string {
	all := p.Refunds
	for _, id := range p.Voided {
		all = append(slices.Clip(all), voidTag+id)
	}
	return all
}

// index: listed once it has a voucher to show; on the work index while somebody must ask, or until its cash is settled.
func index(p Payment, key store.Key) store.Places {
	var at store.Places
	if p.Voucher.Code != "" {
		at.List = ListKey(p.Tenant, p.ID, p.CreatedAt)
	}
	switch {
	case !p.Due.IsZero():
		at.Work = job.DueKey(p.Due, job.Poll, key)
	case len(p.Receipts) > 0 && !p.Settled():
		at.Work = job.AwaitKey(p.Tenant, p.Account, p.PaidAt(), key)
	case p.Settled():
		at.Work = job.SettledKey(p.Tenant, p.Account, p.Receipts[0].SettledOn.String(), key)
	}
	return at
}

// Decode reads a record that Encode of this or any earlier release wrote.
func Decode(r store.Record) (Payment, error) {
	var b body
	if err := store.Unmarshal(r.Body, &b); err != nil {
		return Payment{}, fmt.Errorf("payment: record %s: %w", r.Key, err)
	}
	p := Payment{
		Tenant: r.Key.PK[:max(0, len(r.Key.PK)-len(b.ID)-1)], ID: b.ID, Store: b.Store, Network: b.Network,
		Provider: b.Provider, Account: b.Account, Order: b.Order, Amount: money.New(b.Minor, money.Currency(b.Currency)),
		Payer: identity.Decode(b.Payer), State: b.State, KeyHash: b.KeyHash, BodyHash: b.BodyHash, Word: b.Word, Said: b.Said, CreatedAt: calendar.Instant(b.Created),
		ExpiresAt: calendar.Instant(b.Expires), CancelledAt: calendar.Instant(b.Canceled), Polls: b.Polls, Due: calendar.Instant(b.Due),
		Version: r.Version, Free: r.Free,
	}
	p.Refunds, p.Voided = FromTags(r.Tags)
	if b.Voucher != nil {
		p.Voucher = Voucher{b.Voucher.Code, b.Voucher.Barcode, b.Voucher.URL, calendar.Instant(b.Voucher.Expires)}
	}
	p.Receipts, p.History = slices.Grow(p.Receipts, len(b.Receipts)), slices.Grow(p.History, len(b.History))
	if h := b.Handled; h != nil {
		p.Handled = Handling{What: h.What, By: h.By, At: calendar.Instant(h.At), Receipts: h.Receipts, Refund: h.Refund}
	}
	for _, x := range b.Receipts {
		p.Receipts = append(p.Receipts, Receipt{x.Transaction, x.Minor, calendar.Instant(x.At), x.Settled, x.Fee})
	}
	for _, s := range b.History {
		p.History = append(p.History, Step{At: calendar.Instant(s.At), From: s.From, To: s.To, Evidence: s.Evidence, By: s.By, Role: s.Role, Note: s.Note, Trail: identity.Lengthen(s.Request, s.Trace)})
	}
	return p, nil
}

// EncodePointer makes the write-once record that leads from a provider's reference to our payment.
func EncodePointer(key store.Key, id string) store.Record {
	return store.Record{Key: key, Body: []byte(id)}
}

// DecodePointer reads the payment's id.
func DecodePointer(r store.Record) string { return string(r.Body) }
