package kushki

import (
	"context"
	"encoding/json"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/provider"
)

type transferRequest struct {
	Token        string            `json:"token"`
	Amount       amount            `json:"amount"`
	Metadata     map[string]string `json:"metadata"`
	Webhooks     []hook            `json:"webhooks,omitempty"`
	FullResponse string            `json:"fullResponse"`
}

// Pay sends money to a person's bank account: a payout, or the refund of a cash payment.
func (s sender) Pay(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	a := s.Adapter
	details, sum, err := a.beneficiary(d)
	if err != nil {
		return disbursement.Observation{}, err
	}
	transfer := transferRequest{Amount: amount{Currency: string(d.Amount.Currency()), SubtotalIva0: sum}, FullResponse: "v2",
		Metadata: map[string]string{reference: d.ID}}
	if a.notify != "" {
		transfer.Webhooks = []hook{{Events: []string{"approvedTransaction", "declinedTransaction"}, URLs: []string{a.notify}}}
	}
	if transfer.Token, err = a.token(ctx, "/payouts/transfer/v1/tokens", details); err != nil {
		return disbursement.Observation{}, err
	}
	reply, err := a.post(ctx, a.init, "Private-Merchant-Id", a.private, transfer)
	if err != nil {
		return disbursement.Observation{}, err
	}
	var begun struct {
		TicketNumber provider.Text `json:"ticketNumber"`
		Created      int64         `json:"created"`
	}
	if err := read(reply, &begun); err != nil {
		return disbursement.Observation{}, err
	}
	if begun.TicketNumber == "" {
		return disbursement.Observation{}, unreadable("the answer names no ticket")
	}
	return disbursement.Observation{Claim: disbursement.ClaimAccepted, Reference: string(begun.TicketNumber), OccurredAt: instant(begun.Created)}, nil
}

// beneficiary is what the transfer's token holds. The e-mail's field is spelt differently in two documents.
func (a *Adapter) beneficiary(d disbursement.Disbursement) (map[string]any, json.Number, error) {
	sum, err := a.number(d.Amount)
	if err != nil {
		return nil, "", err
	}
	b := d.Beneficiary
	code, number, err := a.document(b)
	if err != nil {
		return nil, "", err
	}
	kind, _ := accountType(b.AccountType)
	return map[string]any{"documentType": code, "documentNumber": number, "accountType": kind, "accountNumber": b.Account.Reveal(),
		"bankId": b.Bank, "totalAmount": sum, "currency": string(d.Amount.Currency()), "paymentDescription": d.ID,
		"name": b.Name.Reveal(), a.mail: b.Email.Reveal()}, sum, nil
}

// Missing names what a transfer needs. The kind of account is savings, checking, or a kind of Bre-B key.
func (s sender) Missing(_ disbursement.Route, who identity.Person) provider.Missing {
	needed := who.Lacks(identity.FieldName)
	if _, _, err := s.document(who); err != nil {
		needed = append(needed, identity.FieldDocumentType, identity.FieldDocumentNumber)
	}
	needed = append(needed, who.Lacks(identity.FieldBank, identity.FieldAccount)...)
	if _, ok := accountType(who.AccountType); !ok {
		needed = append(needed, identity.FieldAccountType)
	}
	return provider.Missing{Needed: needed}
}

// accountType names a kind of account as Kushki does: checking, savings, or the five kinds of Bre-B keys.
func accountType(ours string) (string, bool) {
	switch ours {
	case "savings", "CA":
		return "CA", true
	case "checking", "CC":
		return "CC", true
	case "KI", "KP", "KE", "KA", "KM":
		return ours, true
	}
	return "", false
}

// instant reads Unix time, which comes in seconds or in milliseconds; zero for none.
func instant(n int64) time.Time {
	switch {
	case n <= 0:
		return time.Time{}
	case n > 100_000_000_000:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}
