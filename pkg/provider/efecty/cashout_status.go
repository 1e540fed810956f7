package efecty

import (
	"context"
	"crypto/hmac"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// standing is the answer to how a cash-out stands. It names neither the cash-out nor its amount.
type standing struct {
	Status  provider.Text  `json:"cashout_status"`
	Code    provider.Text  `json:"rejection_code"`
	Reason  provider.Prose `json:"rejection_reason"`
	Refused provider.Text  `json:"code"` // of an answer that is a refusal
}

// ReadStatus asks by our reference. D24 knows a cash-out by it as well as by its own id.
func (a *CashOut) ReadStatus(ctx context.Context, d disbursement.Disbursement) (disbursement.Observation, error) {
	return a.ask(ctx, d.ID, d.Reference)
}

// ask says how the cash-out with our reference stands; its own id is taken from what was told before.
func (a *CashOut) ask(ctx context.Context, ours, theirs string) (disbursement.Observation, error) {
	reply, err := a.call(ctx, "/v3/cashout/status", map[string]string{"login": a.login, "pass": a.pass, "external_id": ours})
	if err != nil {
		return disbursement.Observation{}, err
	}
	if reply.Status != http.StatusOK {
		told := cashOutRefusal(reply)
		if reply.Status == http.StatusPreconditionFailed && told.Code == noCashOut {
			return disbursement.Observation{}, provider.ErrNoSuchDisbursement
		}
		return disbursement.Observation{}, CashOutCodes().Error(reply.Status, string(told.Code)).Saying(told.Message)
	}
	var s standing
	if err := provider.DecodeJSON(reply.Body, &s); err != nil {
		return disbursement.Observation{}, unreadable("the answer cannot be read")
	}
	if theirs == "" {
		theirs = ours // as long as D24's own id is not known, it is asked by ours
	}
	return s.observe(theirs)
}

// observe reads a status. A rejection that is an expiry or a reversal gives the money back to the merchant; any other says
// that the cash never left.
func (s standing) observe(reference string) (disbursement.Observation, error) {
	o := disbursement.Observation{Reference: reference, Word: string(s.Status)}
	if s.Refused != "" {
		return o, unreadable("a status with an error beside it")
	}
	switch s.Status {
	case "0", "4", "5": // accepted, sent on, held back by the merchant's own hand
		o.Claim = disbursement.ClaimAccepted
	case "1":
		o.Claim = disbursement.ClaimPaid
	case "2":
		o.Claim = disbursement.ClaimVoided
	case "3":
		o.Claim = disbursement.ClaimRejected
		if s.Code == "809" || s.Code == "826" {
			o.Claim = disbursement.ClaimReturned
		}
		o.Code, o.Said = provider.Word(string(s.Code)), s.Reason.Sensitive()
		o.Word = provider.Telling(Words, string(s.Code), string(s.Status))
	default:
		return o, unreadable("a status that is not documented")
	}
	return o, nil
}

// controlOf signs a notification: upper-case hex over our reference between two fixed words. Nothing else is signed.
func controlOf(secret, ours string) string {
	return strings.ToUpper(provider.Sign(secret, []byte("Be4"+ours+"Bo7")))
}

// Verify checks the control string. It signs no time: a replay only makes us ask once more.
func (a *CashOut) Verify(delivery provider.Delivery) error {
	form, err := url.ParseQuery(string(delivery.Body))
	if err != nil || form.Get("control") == "" {
		return fmt.Errorf("%w: no control string", provider.ErrSignature)
	}
	ok := false
	for _, secret := range a.account.Secrets {
		if hmac.Equal([]byte(controlOf(secret, form.Get("external_id"))), []byte(form.Get("control"))) {
			ok = true
		}
	}
	if !ok {
		return fmt.Errorf("%w: the control string does not match", provider.ErrSignature)
	}
	return nil
}

// Read names what a notification is about: it tells no status.
func (a *CashOut) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	form, err := url.ParseQuery(string(delivery.Body))
	ours, theirs := form.Get("external_id"), form.Get("cashout_id")
	if err != nil || ours == "" || theirs == "" || strings.Trim(theirs, "0123456789") != "" {
		return nil, fmt.Errorf("%w: no cash-out", provider.ErrMalformed)
	}
	if !strings.HasPrefix(ours, "rf_") && !strings.HasPrefix(ours, "po_") {
		return nil, nil // made by hand in D24's panel
	}
	return []provider.Fact{{Ours: ours, Reference: theirs}}, nil
}

// Inquire asks how a cash-out stands.
func (a *CashOut) Inquire(ctx context.Context, about provider.Fact) ([]provider.Fact, error) {
	o, err := a.ask(ctx, about.Ours, about.Reference)
	if err != nil {
		return nil, err
	}
	return []provider.Fact{{Ours: about.Ours, Reference: about.Reference, Disbursement: &o}}, nil
}
