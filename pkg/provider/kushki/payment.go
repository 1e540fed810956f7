package kushki

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// soonest is the nearest deadline that Kushki takes.
const soonest = 24 * time.Hour

type cashToken struct {
	Name           string      `json:"name"`
	LastName       string      `json:"lastName,omitempty"`
	Identification string      `json:"identification"`
	DocumentType   string      `json:"documentType"`
	Email          string      `json:"email"`
	TotalAmount    json.Number `json:"totalAmount"`
	Currency       string      `json:"currency"`
	Description    string      `json:"description,omitempty"`
}

// amount is a sum as Kushki splits it; cash carries no tax of its own here.
type amount struct {
	Currency     string      `json:"currency"`
	SubtotalIva  int         `json:"subtotalIva"`
	SubtotalIva0 json.Number `json:"subtotalIva0"`
	Iva          int         `json:"iva"`
	Ice          int         `json:"ice"`
}

type chargeRequest struct {
	Token          string            `json:"token"`
	ExpirationDate string            `json:"expirationDate,omitempty"` // YYYY-MM-DD HH:mm:ss in UTC
	Amount         amount            `json:"amount"`
	Metadata       map[string]string `json:"metadata"`
	Webhooks       []hook            `json:"webhooks,omitempty"`
	FullResponse   string            `json:"fullResponse"`
}

type hook struct {
	Events []string `json:"events"`
	URLs   []string `json:"urls"`
}

// reference is the key of our id in a metadata object.
const reference = "reference"

// CreatePayment asks for a pin under the account's agreement. No idempotency is documented: a repeat after a lost answer
// makes a second pin, which nobody holds; both carry our reference.
func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	token, sum, err := a.buyer(p)
	if err != nil {
		return payment.Observation{}, err
	}
	charge := chargeRequest{Amount: amount{Currency: token.Currency, SubtotalIva0: sum}, FullResponse: "v2", Metadata: map[string]string{reference: p.ID}}
	if !p.ExpiresAt.IsZero() {
		if p.ExpiresAt.Before(a.clock.Now().Add(soonest)) {
			return payment.Observation{}, fmt.Errorf("%w: Kushki takes no deadline within a day", provider.ErrDoesNotFit)
		}
		charge.ExpirationDate = p.ExpiresAt.UTC().Format(time.DateTime)
	}
	if a.notify != "" {
		charge.Webhooks = []hook{{Events: []string{"approvedTransaction", "declinedTransaction", "expiredTransaction"}, URLs: []string{a.notify}}}
	}
	if charge.Token, err = a.token(ctx, "/cash/v1/tokens", token); err != nil {
		return payment.Observation{}, err
	}
	reply, err := a.post(ctx, "/cash/v1/charges/init", "Private-Merchant-Id", a.private, charge)
	if err != nil {
		return payment.Observation{}, err
	}
	var made struct {
		TicketNumber provider.Text `json:"ticketNumber"`
		PIN          provider.Text `json:"pin"`
		PDFURL       string        `json:"pdfUrl"`
		BarCodeURL   string        `json:"barCodeUrl"`
	}
	if err := read(reply, &made); err != nil {
		return payment.Observation{}, err
	}
	if made.TicketNumber == "" || made.PIN == "" {
		return payment.Observation{}, unreadable("the answer names no ticket or no pin")
	}
	page := made.PDFURL
	if page == "" {
		page = made.BarCodeURL
	}
	return payment.Observation{Claim: payment.ClaimVoucher, Evidence: "ticket:" + string(made.TicketNumber), Currency: token.Currency,
		Voucher: payment.Voucher{Code: string(made.PIN), URL: page, ExpiresAt: p.ExpiresAt}}, nil
}

// buyer is what the cash token holds of the buyer.
func (a *Adapter) buyer(p payment.Payment) (cashToken, json.Number, error) {
	sum, err := a.number(p.Amount)
	if err != nil {
		return cashToken{}, "", err
	}
	code, number, err := a.document(p.Payer)
	if err != nil {
		return cashToken{}, "", err
	}
	if p.Payer.Name == "" || p.Payer.Email == "" {
		return cashToken{}, "", fmt.Errorf("%w: Kushki wants the buyer's name and e-mail", provider.ErrDetails)
	}
	first, last, _ := strings.Cut(p.Payer.Name.Reveal(), " ")
	return cashToken{Name: first, LastName: last, Identification: number, DocumentType: code, Email: p.Payer.Email.Reveal(),
		TotalAmount: sum, Currency: string(p.Amount.Currency()), Description: p.Order}, sum, nil
}

// document names a person's document as Kushki does.
func (a *Adapter) document(p identity.Person) (code, number string, err error) {
	// A Colombian's document opens an account of a Peruvian merchant too: it goes by its own country's rules.
	for _, country := range []string{a.market.country, "CO", "PE"} {
		d, err := identity.ParseDocument(country, p.DocumentType, p.DocumentNumber.Reveal())
		if err != nil {
			continue
		}
		if code, number, ok := d.In(identity.SchemeKushki); ok {
			return code, number, nil
		}
	}
	return "", "", fmt.Errorf("%w: Kushki wants the type and number of the person's document", provider.ErrDetails)
}

// minorOf reads an amount in a currency that the wire names.
func minorOf(n json.Number, currency string) (int64, error) {
	return provider.Minor(n, money.Currency(currency))
}
