package payu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/provider"
)

type bankAccount struct {
	SupplierType   string `json:"supplierType"`
	AccountNumber  string `json:"accountNumber"`
	BankCode       string `json:"bankCode"`
	AccountType    string `json:"accountType"`
	Country        string `json:"country"`
	DocumentNumber string `json:"documentNumber"`
	DocumentType   string `json:"documentType"`
	FullName       string `json:"fullName"`
	State          string `json:"state"`
	MerchantID     string `json:"merchantId"`
}

type transfer struct {
	Value       json.Number `json:"value"`
	Description string      `json:"description"`
	BankAccount bankAccount `json:"bankAccount"`
}

// created is the answer to a request for payouts. We ask for one at a time: a batch may succeed in part, and what failed of
// it could not be told from what did not.
type created struct {
	Successful []item `json:"successfulItems"`
	Failed     []item `json:"failedItems"`
}

type item struct {
	ProcessingStatus string           `json:"processingStatus"`
	FailureMessages  []provider.Prose `json:"failureMessages"`
	PaymentOrderID   string           `json:"paymentOrderId"`
	Value            json.Number      `json:"value"`
	Description      string           `json:"description"`
}

// said joins the reasons of a failure, which are words and no codes.
func (i item) said() provider.Prose {
	var all []string
	for _, m := range i.FailureMessages {
		all = append(all, string(m))
	}
	return provider.Prose(strings.Join(all, "; "))
}

// Pay sends money from the PayU balance to a person's bank account. Our id goes along as the description.
func (p payer) Pay(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	value, err := p.text(d.Amount)
	if err != nil {
		return disbursement.Observation{}, err
	}
	account, err := p.bankAccount(d.Beneficiary)
	if err != nil {
		return disbursement.Observation{}, err
	}
	bearer, err := p.bearer(ctx)
	if err != nil {
		return disbursement.Observation{}, err
	}
	reply, err := p.post(ctx, p.transfers+"/push-payment/v1.0/supplier-transfers/"+url.PathEscape(p.merchant)+"/"+url.PathEscape(p.accountID),
		map[string][]transfer{"transfers": {{json.Number(value), d.ID, account}}},
		http.Header{"Authorization": {bearer}, "Publickey": {p.publicKey}})
	if err != nil {
		return disbursement.Observation{}, err
	}
	return observe(reply, d)
}

// Missing names what a payout needs: an account, and a document of a type that PayU takes.
func (p payer) Missing(_ disbursement.Route, who identity.Person) provider.Missing {
	needed := who.Lacks(identity.FieldName)
	if _, _, err := p.document(who); err != nil {
		needed = append(needed, identity.FieldDocumentType, identity.FieldDocumentNumber)
	}
	needed = append(needed, who.Lacks(identity.FieldBank, identity.FieldAccount)...)
	if accountType(who.AccountType) == "" {
		needed = append(needed, identity.FieldAccountType)
	}
	return provider.Missing{Needed: needed}
}

// document names a person's document as PayU does. Error: ErrDetails.
func (p payer) document(who identity.Person) (code, number string, err error) {
	document, err := identity.ParseDocument(p.market.code, who.DocumentType, who.DocumentNumber.Reveal())
	if err == nil {
		var ok bool
		if code, number, ok = document.In(identity.SchemePayU); ok {
			return code, number, nil
		}
	}
	return "", "", fmt.Errorf("%w: a document that PayU takes", provider.ErrDetails)
}

// bankAccount is where the money goes. Error: ErrDetails.
func (p payer) bankAccount(who identity.Person) (bankAccount, error) {
	code, number, err := p.document(who)
	if err != nil {
		return bankAccount{}, err
	}
	return bankAccount{SupplierType: "RELATED_THIRD_PARTY", AccountNumber: who.Account.Reveal(), BankCode: who.Bank,
		AccountType: accountType(who.AccountType), Country: p.market.code, DocumentNumber: number, DocumentType: code, FullName: who.Name.Reveal(), State: "ACTIVE", MerchantID: p.merchant}, nil
}

// accountType names a kind of account as PayU does; empty if it is none that PayU knows.
func accountType(ours string) string {
	switch strings.ToLower(ours) {
	case "cc", "c", "current", "checking", "corriente":
		return "CC"
	case "ca", "s", "savings", "ahorros", "ahorro":
		return "CA"
	case "nequi":
		return "Nequi"
	}
	return ""
}

// observe reads the answer about the only payout of a request.
func observe(reply provider.Reply, d disbursement.Disbursement) (disbursement.Observation, error) {
	if reply.Status != http.StatusOK && reply.Status != http.StatusCreated {
		return disbursement.Observation{}, Codes().Error(reply.Status, "")
	}
	var c created
	if err := provider.DecodeJSON(reply.Body, &c); err != nil {
		return disbursement.Observation{}, &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	if len(c.Successful) == 0 && len(c.Failed) == 1 {
		failed := c.Failed[0]
		return disbursement.Observation{}, Codes().Error(reply.Status, failed.ProcessingStatus).Saying(failed.said())
	}
	if len(c.Successful) != 1 || len(c.Failed) != 0 {
		return disbursement.Observation{}, unreadable("the answer speaks of other payouts")
	}
	i := c.Successful[0]
	minor, err := provider.Minor(i.Value, d.Amount.Currency())
	if err != nil || minor != d.Amount.Minor() || i.Description != d.ID || i.PaymentOrderID == "" || i.ProcessingStatus != "SUCCESS" {
		return disbursement.Observation{}, unreadable("the answer speaks of another payout")
	}
	return disbursement.Observation{Claim: disbursement.ClaimAccepted, Reference: i.PaymentOrderID, ResponseID: i.PaymentOrderID, Code: i.ProcessingStatus,
		Pointed: true}, nil
}

// tokenLife is how long a token is used: it lives ten minutes.
const tokenLife = 8 * time.Minute

// token is the bearer that all payouts share.
type token struct {
	mu     sync.Mutex // never held during a call
	bearer string
	until  time.Time
}

// bearer gives a token that is still good for a while. Whatever goes wrong here, the payout was never sent: asking for a
// token moves no money.
func (p payer) bearer(ctx context.Context) (string, error) {
	now := p.clock.Now()
	p.token.mu.Lock()
	kept, good := p.token.bearer, now.Before(p.token.until)
	p.token.mu.Unlock()
	if good {
		return kept, nil
	}
	bearer, err := p.authenticate(ctx)
	if err != nil {
		var e *provider.Error
		if errors.As(err, &e) && e.Class == provider.Denied {
			return "", e
		}
		return "", &provider.Error{Class: provider.NotSent, Note: "no token", Err: err}
	}
	p.token.mu.Lock()
	p.token.bearer, p.token.until = bearer, now.Add(tokenLife)
	p.token.mu.Unlock()
	return bearer, nil
}

// authenticate asks for a token. The credentials stand in the address, which therefore shows in no error.
func (p payer) authenticate(ctx context.Context) (string, error) {
	query := url.Values{"accountId": {p.accountID}, "apiKey": {p.key}, "apiLogin": {p.login}}
	reply, err := provider.Exchange(ctx, p.doer, provider.Call{Method: http.MethodPost, URL: p.transfers + "/v1.0/authenticate?" + query.Encode()})
	if err != nil {
		return "", err
	}
	if reply.Status == http.StatusUnauthorized || reply.Status == http.StatusForbidden {
		return "", &provider.Error{Class: provider.Denied, Note: "the credentials are refused"}
	}
	var granted struct {
		Token string `json:"token"`
	}
	if err := provider.DecodeJSON(reply.Body, &granted); err != nil || granted.Token == "" {
		return "", unreadable("a token answer without a token")
	}
	if !strings.HasPrefix(granted.Token, "Bearer ") {
		granted.Token = "Bearer " + granted.Token // one of the vendor's pages shows it bare
	}
	return granted.Token, nil
}
