package pagoefectivo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// signatureHeader holds the lower-case hex HMAC-SHA256 of the body. It signs no time, so replays are told by what an
// event is about and not by their age.
const signatureHeader = "PE-Signature"

// Verify checks the signature over the raw bytes. PagoEfectivo is known to sign its compact form with two decimals while
// it sends fewer; that spelling is tried second, made from the text and never from a decoded number.
func (a *Adapter) Verify(delivery provider.Delivery) error {
	signature := delivery.Header.Get(signatureHeader)
	if signature == "" {
		return fmt.Errorf("%w: no %s", provider.ErrSignature, signatureHeader)
	}
	if provider.Signed(a.account.Secrets, signature, delivery.Body) {
		return nil
	}
	var compact bytes.Buffer
	if json.Compact(&compact, delivery.Body) == nil &&
		provider.Signed(a.account.Secrets, signature, twoDecimals(compact.Bytes())) {
		return nil
	}
	return fmt.Errorf("%w: %s does not match", provider.ErrSignature, signatureHeader)
}

// twoDecimals pads the number after each "amount" key of compact JSON to two decimals. Texts are left alone, and so are
// numbers that are not plain or already have more.
func twoDecimals(compact []byte) []byte {
	const key = `"amount":`
	out := make([]byte, 0, len(compact)+8)
	for i := 0; i < len(compact); {
		if compact[i] != '"' {
			out = append(out, compact[i])
			i++
			continue
		}
		end := endOfText(compact, i)
		if !bytes.HasPrefix(compact[i:], []byte(key)) {
			out = append(out, compact[i:end]...)
			i = end
			continue
		}
		i += len(key)
		start := i
		for i < len(compact) && strings.IndexByte("+-.0123456789eE", compact[i]) >= 0 {
			i++
		}
		out = append(append(out, key...), padded(string(compact[start:i]))...)
	}
	return out
}

// endOfText is the index after the closing quote of the JSON text that starts at i.
func endOfText(raw []byte, i int) int {
	for i++; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(raw)
}

func padded(number string) string {
	whole, fraction, _ := strings.Cut(number, ".")
	if whole == "" || digits(whole) != whole || digits(fraction) != fraction || len(fraction) > 2 {
		return number
	}
	return whole + "." + (fraction + "00")[:2]
}

// Acknowledge is the answer PagoEfectivo is known to get.
func (a *Adapter) Acknowledge() provider.Acknowledgement {
	return provider.Acknowledgement{ContentType: "application/json",
		Body: []byte(`{"code":"100","message":"Solicitud con datos válidos"}`)}
}

// event is a webhook. Only cip.paid is in the public document; cip.expired was seen at other integrations; the refund
// events are of the S3 contract.
type event struct {
	EventType       string        `json:"eventType"`
	OperationNumber provider.Text `json:"operationNumber"`
	OccurredAt      string        `json:"occurredAt"`
	Data            struct {
		CIP              provider.Text `json:"cip"`
		Currency         string        `json:"currency"`
		Amount           json.Number   `json:"amount"`
		TransactionCode  string        `json:"transactionCode"`
		PaymentDate      string        `json:"paymentDate"`
		RefundID         string        `json:"refundId"`
		MerchantRefundID string        `json:"merchantRefundId"`
		ReasonCode       string        `json:"reasonCode"`
	} `json:"data"`
}

// Read gives the fact of an event; events that we do not know concern nobody.
func (a *Adapter) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	var e event
	if err := provider.DecodeJSON(delivery.Body, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	switch {
	case e.EventType == "":
		return nil, fmt.Errorf("%w: no eventType", provider.ErrMalformed)
	case e.EventType == "cip.paid" || e.EventType == "cip.expired":
		return e.payment()
	case strings.HasPrefix(e.EventType, "refund."):
		return e.refund()
	}
	return nil, nil
}

func (e event) payment() ([]provider.Fact, error) {
	if e.Data.CIP == "" {
		return nil, fmt.Errorf("%w: no cip", provider.ErrMalformed)
	}
	o := payment.Observation{Currency: e.Data.Currency, Word: e.EventType,
		Evidence: e.EventType + ":" + string(e.Data.CIP) + ":" + string(e.OperationNumber)}
	fact := provider.Fact{Ours: e.Data.TransactionCode, Reference: string(e.Data.CIP), Payment: &o}
	if e.EventType == "cip.expired" {
		o.Claim = payment.ClaimExpired
		return []provider.Fact{fact}, nil
	}
	at, err := e.at(e.Data.PaymentDate)
	if err != nil {
		return nil, err
	}
	minor, err := minorOf(e.Data.Amount, e.Data.Currency)
	if err != nil || minor <= 0 || e.OperationNumber == "" {
		return nil, fmt.Errorf("%w: no operation number or no amount", provider.ErrMalformed)
	}
	o.Claim, o.TransactionID, o.Minor, o.OccurredAt = payment.ClaimPaid, string(e.OperationNumber), minor, at
	return []provider.Fact{fact}, nil
}

func (e event) refund() ([]provider.Fact, error) {
	status := strings.ToUpper(strings.TrimPrefix(e.EventType, "refund."))
	o, ok := standing(status)
	if !ok {
		return nil, nil
	}
	at, err := e.at("")
	if err != nil {
		return nil, err
	}
	if e.Data.RefundID == "" || e.Data.MerchantRefundID == "" {
		return nil, fmt.Errorf("%w: a refund without its ids", provider.ErrMalformed)
	}
	if o.Claim == disbursement.ClaimPaid || o.Claim == disbursement.ClaimReturned {
		if o.Amount, err = minorOf(e.Data.Amount, e.Data.Currency); err != nil || o.Amount <= 0 {
			return nil, fmt.Errorf("%w: the refund's amount cannot be read", provider.ErrMalformed)
		}
	}
	o.Evidence, o.OccurredAt = e.EventType+":"+e.Data.RefundID, at
	o.Reference, o.Code = e.Data.RefundID, provider.Word(e.Data.ReasonCode)
	o.Word, o.Said = provider.Telling(Words, e.Data.ReasonCode, status), identity.Sensitive(e.Data.ReasonCode)
	return []provider.Fact{{Ours: e.Data.MerchantRefundID, Reference: e.Data.RefundID, Disbursement: &o}}, nil
}

// at is the event's own instant, or the one told beside it.
func (e event) at(other string) (time.Time, error) {
	text := e.OccurredAt
	if text == "" {
		text = other
	}
	t, err := instant(text)
	if err != nil {
		return t, fmt.Errorf("%w: the instant cannot be read", provider.ErrMalformed)
	}
	return t, nil
}
