package api

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

type paymentRequest struct {
	Network        string         `json:"network"`
	Provider       string         `json:"provider"`
	Store          string         `json:"store"`
	OrderReference string         `json:"order_reference"`
	Amount         int64          `json:"amount"`
	Currency       string         `json:"currency"`
	ExpiresInHours *int64         `json:"expires_in_hours"`
	Payer          *personRequest `json:"payer"`
}

type personRequest struct {
	Name           string `json:"name"`
	Email          string `json:"email"`
	DocumentType   string `json:"document_type"`
	DocumentNumber string `json:"document_number"`
	Phone          string `json:"phone"`
	Account        string `json:"account"`
	Bank           string `json:"bank"`
	AccountType    string `json:"account_type"`
}

func (p *personRequest) person() identity.Person {
	if p == nil {
		return identity.Person{}
	}
	s := func(v string) identity.Sensitive { return identity.Sensitive(identity.Clean(v)) }
	return identity.Person{Name: s(p.Name), Email: s(p.Email), Phone: s(p.Phone), DocumentType: identity.Clean(p.DocumentType),
		DocumentNumber: s(p.DocumentNumber), Account: s(p.Account), Bank: identity.Clean(p.Bank), AccountType: identity.Clean(p.AccountType)}
}

// Vouchers live from one hour to ten days; the networks' own habit is one to three days.
const (
	defaultHours = 48
	maxHours     = 240
)

func (s *Server) createPayment(r *http.Request, c request.Caller) (any, error) {
	var q paymentRequest
	key, err := body(r, c, &q)
	if err != nil {
		return nil, err
	}
	hours := int64(defaultHours)
	if q.ExpiresInHours != nil {
		hours = *q.ExpiresInHours
	}
	var f faults
	f.text("/network", q.Network, 1, 40)
	f.text("/store", q.Store, 1, 64)
	f.text("/order_reference", q.OrderReference, 1, 64)
	f.amount(q.Amount)
	f.currency(q.Currency)
	f.check(hours >= 1 && hours <= maxHours, "field_invalid", "/expires_in_hours", "must be from 1 to 240")
	f.person("/payer", q.Payer)
	if err := f.err(); err != nil {
		return nil, err
	}
	return s.Requester.Payment(r.Context(), request.Payment{
		Caller: c, Key: key, Network: q.Network, Provider: q.Provider, Store: q.Store, Order: q.OrderReference,
		Amount: money.New(q.Amount, money.Currency(q.Currency)), Expires: time.Duration(hours) * time.Hour, Payer: q.Payer.person(),
		Answer: func(p payment.Payment) request.Answer { return created(s.renderPayment(p, 0)) },
	})
}

func (s *Server) getPayment(r *http.Request, c request.Caller) (any, error) {
	p, err := s.Requester.FindPayment(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.paymentView(r, p)
}

func (s *Server) cancelPayment(r *http.Request, c request.Caller) (any, error) {
	p, err := s.Requester.CancelPayment(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.paymentView(r, p)
}

// paymentView splits what is no longer free into reserved and refunded. The sum of both is exact by the payment's own
// balance; the refunds themselves say which is which.
func (s *Server) paymentView(r *http.Request, p payment.Payment) (paymentAnswer, error) {
	var refunded int64
	for _, id := range p.Refunds {
		record, err := s.Store.Get(r.Context(), disbursement.Key(p.Tenant, id))
		if err != nil {
			return paymentAnswer{}, err
		}
		d, err := disbursement.Decode(record)
		if err != nil {
			return paymentAnswer{}, err
		}
		if d.State == disbursement.Paid || d.State == disbursement.Settled || d.State == disbursement.Returned {
			refunded += d.Reserves()
		}
	}
	return s.renderPayment(p, refunded), nil
}

func (s *Server) listPayments(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	if order := query.Get("order_reference"); order != "" {
		p, err := s.Requester.FindPayment(r.Context(), c, payment.ID(c.Merchant.ID, order))
		if isNotFound(err) {
			return page{Data: []any{}}, nil
		}
		if err != nil {
			return nil, err
		}
		if !matches(query, "status", string(p.State)) || !matches(query, "store", p.Store) {
			return page{Data: []any{}}, nil
		}
		view, err := s.paymentView(r, p)
		return page{Data: []any{view}}, err
	}
	return s.pageOf(r, listing{
		partition: func(month time.Time) string { return payment.ListPartition(c.Merchant.ID, month) },
		render: func(record store.Record) (any, error) {
			p, err := payment.Decode(record)
			if err != nil || !matches(query, "status", string(p.State)) || !matches(query, "store", p.Store) ||
				!matches(query, "situation", string(p.Situation())) || (query.Get("open") == "true" && !p.Open()) {
				return nil, err
			}
			return s.paymentView(r, p)
		},
	})
}

type voucherAnswer struct {
	Code            string `json:"code"`
	Barcode         string `json:"barcode"`
	ExpiresAt       string `json:"expires_at"`
	InstructionsURL string `json:"instructions_url"`
}

type receiptAnswer struct {
	TransactionID string  `json:"transaction_id"`
	Amount        int64   `json:"amount"`
	PaidAt        string  `json:"paid_at"`
	SettledOn     *string `json:"settled_on"`
}

type paymentAnswer struct {
	ID                   string          `json:"id"`
	Status               payment.State   `json:"status"`
	Network              string          `json:"network"`
	Provider             string          `json:"provider"`
	Store                string          `json:"store"`
	OrderReference       string          `json:"order_reference"`
	Amount               int64           `json:"amount"`
	Currency             string          `json:"currency"`
	PaidAmount           int64           `json:"paid_amount"`
	ReservedAmount       int64           `json:"reserved_amount"`
	RefundedAmount       int64           `json:"refunded_amount"`
	Situation            string          `json:"situation"`
	Reference            string          `json:"reference"`
	NetworkTransactionID *string         `json:"network_transaction_id"`
	Voucher              voucherAnswer   `json:"voucher"`
	Receipts             []receiptAnswer `json:"receipts,omitempty"`
	ProviderMessage      *messageAnswer  `json:"provider_message"`
	CreatedAt            string          `json:"created_at"`
	PaidAt               *string         `json:"paid_at"`
	NextAction           string          `json:"next_action"`
	Proposal             *proposedAnswer `json:"proposal,omitempty"`
	Settled              *settledAnswer  `json:"situation_settled,omitempty"`
	History              []stepAnswer    `json:"history,omitempty"`
}

func (s *Server) renderPayment(p payment.Payment, refunded int64) paymentAnswer {
	a := paymentAnswer{
		ID: p.ID, Status: p.State, Network: p.Network, Provider: p.Provider, Store: p.Store, OrderReference: p.Order,
		Amount: p.Amount.Minor(), Currency: string(p.Amount.Currency()), PaidAmount: p.PaidMinor(),
		ReservedAmount: p.PaidMinor() - p.Free - refunded, RefundedAmount: refunded, Situation: string(p.Situation()),
		ProviderMessage: s.Meaning.message(p.Provider, p.Word, p.Said),
		Reference:       p.Voucher.Code, NetworkTransactionID: optional(p.TransactionID()), CreatedAt: stamp(p.CreatedAt),
		Voucher: voucherAnswer{p.Voucher.Code, p.Voucher.Barcode, stamp(p.Deadline()), p.Voucher.URL},
	}
	situation(p, &a)
	if at := p.PaidAt(); !at.IsZero() {
		a.PaidAt = optional(stamp(at))
	}
	for _, x := range p.Receipts {
		a.Receipts = append(a.Receipts, receiptAnswer{x.TransactionID, x.Minor, stamp(x.At), optional(x.SettledOn.String())})
	}
	for _, h := range p.History {
		a.History = append(a.History, stepAnswer{stamp(h.At), optional(string(h.From)), string(h.To), h.Evidence, h.By, h.Role, h.Note, h.Trail.Request, h.Trail.Trace})
	}
	return a
}

// created renders the answer to a POST that made something: kept, and given again byte for byte.
func created(v any) request.Answer {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own structs always encode
	}
	return request.Answer{Status: http.StatusCreated, Body: append(encoded, '\n')}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
