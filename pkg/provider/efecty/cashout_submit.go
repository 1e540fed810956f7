package efecty

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/provider"
)

// cashOutRequest is a cash-out as the wire has it.
type cashOutRequest struct {
	Login               string      `json:"login"`
	Pass                string      `json:"pass"`
	ExternalID          string      `json:"external_id"`
	Country             string      `json:"country"`
	Currency            string      `json:"currency"`
	Amount              json.Number `json:"amount"`
	DocumentID          string      `json:"document_id"`
	DocumentType        string      `json:"document_type"`
	BankCode            string      `json:"bank_code"`
	BankAccount         string      `json:"bank_account"` // an empty text at Efecty, which must be there
	AccountType         string      `json:"account_type"`
	BeneficiaryName     string      `json:"beneficiary_name"`
	BeneficiaryLastname string      `json:"beneficiary_lastname"`
	Address             string      `json:"address"`
	Phone               string      `json:"phone"`
	Email               string      `json:"email,omitempty"`
	NotificationURL     string      `json:"notification_url"`
}

// CashRefund gives a payment back at a counter. D24 knows nothing of the payment.
func (a *CashOut) CashRefund(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	return a.Pay(ctx, d)
}

// Pay hands cash to a person at a counter. 511 says that the first call arrived: it is asked for.
func (a *CashOut) Pay(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	amount, err := a.Profile().Wire(d.Amount)
	if err != nil {
		return disbursement.Observation{}, err
	}
	reply, err := a.call(ctx, "/v3/cashout", a.request(d, json.Number(amount)))
	if err != nil {
		return disbursement.Observation{}, err
	}
	if reply.Status != http.StatusOK {
		told := cashOutRefusal(reply)
		if told.Code == idUsed {
			o, err := a.ReadStatus(ctx, d)
			return o, provider.ThereAlready(err)
		}
		return disbursement.Observation{}, CashOutCodes().Error(reply.Status, string(told.Code)).Saying(told.Message)
	}
	var taken struct {
		CashoutID provider.Text `json:"cashout_id"`
		Code      provider.Text `json:"code"`
	}
	if err := provider.DecodeJSON(reply.Body, &taken); err != nil || taken.CashoutID == "" || taken.Code != "" {
		return disbursement.Observation{}, unreadable("the answer names no cash-out")
	}
	return disbursement.Observation{Claim: disbursement.ClaimAccepted, Reference: string(taken.CashoutID), Word: "0"}, nil
}

func (a *CashOut) request(d disbursement.Disbursement, amount json.Number) cashOutRequest {
	who := d.Beneficiary
	document, _ := identity.ParseDocument("CO", who.DocumentType, who.DocumentNumber.Reveal())
	kind, number, _ := document.In(identity.SchemeD24)
	first, last, _ := strings.Cut(strings.TrimSpace(who.Name.Reveal()), " ")
	phone, _ := colombian(who.Phone.Reveal())
	r := cashOutRequest{Login: a.login, Pass: a.pass, ExternalID: d.ID, Country: "CO", Currency: string(d.Amount.Currency()), Amount: amount,
		DocumentID: number, DocumentType: kind, BankCode: a.counter, AccountType: "S", BeneficiaryName: first, BeneficiaryLastname: strings.TrimSpace(last),
		Address: a.address, Phone: "+57 " + phone[:3] + " " + phone[3:], Email: who.Email.Reveal(), NotificationURL: a.notify}
	if a.counter == counterPuntoRed {
		r.BankAccount = "57" + phone
	}
	return r
}

// Missing names what a cash-out needs: a first and a last name, a document that D24 takes, and a Colombian phone, to which
// the counter writes; Punto Red wants an e-mail address as well.
func (a *CashOut) Missing(_ disbursement.Route, who identity.Person) provider.Missing {
	var needed []identity.Field
	if _, last, _ := strings.Cut(strings.TrimSpace(who.Name.Reveal()), " "); strings.TrimSpace(last) == "" {
		needed = append(needed, identity.FieldName)
	}
	document, err := identity.ParseDocument("CO", who.DocumentType, who.DocumentNumber.Reveal())
	if _, _, ok := document.In(identity.SchemeD24); err != nil || !ok {
		needed = append(needed, identity.FieldDocumentType, identity.FieldDocumentNumber)
	}
	if _, ok := colombian(who.Phone.Reveal()); !ok {
		needed = append(needed, identity.FieldPhone)
	}
	if a.counter == counterPuntoRed {
		needed = append(needed, who.Lacks(identity.FieldEmail)...)
	}
	return provider.Missing{Needed: needed}
}

// colombian is the ten digits of a Colombian phone number behind +57.
func colombian(phone string) (string, bool) {
	digits, ok := strings.CutPrefix(strings.NewReplacer(" ", "", "-", "").Replace(phone), "+57")
	ok = ok && len(digits) == 10 && strings.Trim(digits, "0123456789") == ""
	if !ok {
		return strings.Repeat("0", 10), false
	}
	return digits, true
}
