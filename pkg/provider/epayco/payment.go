package epayco

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
)

// cashRequest is a voucher asked for. All values are texts.
type cashRequest struct {
	Invoice            string `json:"invoice"`
	Description        string `json:"description"`
	Value              string `json:"value"`
	Tax                string `json:"tax"`
	TaxBase            string `json:"tax_base"`
	Currency           string `json:"currency"`
	TypePerson         string `json:"type_person"`
	DocType            string `json:"doc_type"`
	DocNumber          string `json:"doc_number"`
	Name               string `json:"name"`
	LastName           string `json:"last_name"`
	Email              string `json:"email"`
	CellPhone          string `json:"cell_phone"`
	Country            string `json:"country"`
	EndDate            string `json:"end_date"` // YYYY-MM-DD
	IP                 string `json:"ip"`
	URLConfirmation    string `json:"url_confirmation,omitempty"`
	MetodoConfirmacion string `json:"metodoconfirmacion"`
	Test               string `json:"test"`
}

// known is how the evidence of a voucher names ePayco's reference, by which alone it can be asked for.
const known = "ref_payco:"

// CreatePayment asks for a pin. No idempotency is documented: a repeat after a lost answer makes a second pin, which nobody
// holds; both carry our reference as their invoice.
func (a *Adapter) CreatePayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	request, last, err := a.cash(p)
	if err != nil {
		return payment.Observation{}, err
	}
	bearer, err := a.token(ctx)
	if err != nil {
		return payment.Observation{}, err
	}
	body, err := json.Marshal(request)
	if err != nil {
		return payment.Observation{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
	}
	reply, err := provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodPost, URL: a.account.Endpoint + "/restpagos/v2/efectivo/efecty",
		Body: body, Header: http.Header{"Authorization": {"Bearer " + bearer}}})
	if err != nil {
		return payment.Observation{}, err
	}
	var made struct {
		RefPayco provider.Text `json:"ref_payco"`
		Factura  string        `json:"factura"`
		Valor    provider.Text `json:"valor"`
		Moneda   string        `json:"moneda"`
		PIN      provider.Text `json:"pin"`
	}
	if err := data(reply, &made); err != nil {
		return payment.Observation{}, err
	}
	minor, err := provider.Minor(json.Number(made.Valor), money.COP)
	if err != nil || minor != p.Amount.Minor() || made.Factura != p.ID || made.RefPayco == "" || made.PIN == "" {
		return payment.Observation{}, unreadable("the answer speaks of another voucher")
	}
	return payment.Observation{Claim: payment.ClaimVoucher, Evidence: known + string(made.RefPayco), Currency: made.Moneda,
		Voucher: payment.Voucher{Code: string(made.PIN), ExpiresAt: last}}, nil
}

// cash builds the request, and says when the voucher ends: with the day of its deadline.
func (a *Adapter) cash(p payment.Payment) (cashRequest, time.Time, error) {
	value, err := a.whole(p.Amount)
	if err != nil {
		return cashRequest{}, time.Time{}, err
	}
	document, err := identity.ParseDocument("CO", p.Payer.DocumentType, p.Payer.DocumentNumber.Reveal())
	code, number, ok := document.In(identity.SchemeEPayco)
	if err != nil || !ok || p.Payer.Name == "" || p.Payer.Email == "" {
		return cashRequest{}, time.Time{}, fmt.Errorf("%w: ePayco wants the buyer's name, e-mail and Colombian document", provider.ErrDetails)
	}
	today, day := calendar.On(a.clock.Now(), bogota()), calendar.On(p.ExpiresAt, bogota())
	if p.ExpiresAt.IsZero() {
		day = today.AddDays(int(a.most))
	}
	if today.AddDays(int(a.most)).Before(day) {
		return cashRequest{}, time.Time{}, fmt.Errorf("%w: a voucher of this account lives at most %d days", provider.ErrDoesNotFit, a.most)
	}
	first, rest, _ := strings.Cut(p.Payer.Name.Reveal(), " ")
	person := "0"
	if document.Type == identity.NIT {
		person = "1"
	}
	return cashRequest{Invoice: p.ID, Description: p.Order, Value: value, Tax: "0", TaxBase: "0", Currency: string(money.COP), TypePerson: person,
		DocType: code, DocNumber: number, Name: first, LastName: rest, Email: p.Payer.Email.Reveal(), CellPhone: p.Payer.Phone.Reveal(),
		Country: "CO", EndDate: day.String(), IP: a.ip, URLConfirmation: a.notify, MetodoConfirmacion: "POST",
		Test: fmt.Sprint(a.account.Mode == provider.Test)}, day.AddDays(1).Start(bogota()).Add(-time.Second).UTC(), nil
}

// ReadPayment asks by ePayco's reference, which the evidence of the voucher holds. Error: provider.ErrUnsupported where the
// answer to our request was lost and with it the reference.
func (a *Adapter) ReadPayment(ctx context.Context, p payment.Payment) (payment.Observation, error) {
	ref := ""
	for _, step := range p.History {
		if found, ok := strings.CutPrefix(step.Evidence, known); ok {
			ref = found
		}
	}
	if ref == "" {
		return payment.Observation{}, fmt.Errorf("%w: asking without ePayco's own reference", provider.ErrUnsupported)
	}
	w, err := a.query(ctx, ref)
	if err != nil {
		return payment.Observation{}, err
	}
	if w.Invoice != p.ID {
		return payment.Observation{}, unreadable("the answer speaks of another payment")
	}
	return w.observe()
}

// transaction is a payment as response.json has it.
type transaction struct {
	RefPayco      provider.Text  `json:"x_ref_payco"`
	Invoice       string         `json:"x_id_invoice"`
	Amount        provider.Text  `json:"x_amount"`
	Currency      string         `json:"x_currency_code"`
	TransactionID provider.Text  `json:"x_transaction_id"`
	State         provider.Text  `json:"x_cod_transaction_state"`
	Date          string         `json:"x_fecha_transaccion"`
	Response      provider.Prose `json:"x_response"`
}

func (a *Adapter) query(ctx context.Context, ref string) (transaction, error) {
	var w transaction
	reply, err := provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodGet, URL: a.account.Endpoint +
		"/restpagos/transaction/response.json?" + url.Values{"ref_payco": {ref}, "public_key": {a.public}}.Encode()})
	if err != nil {
		return w, err
	}
	if err := data(reply, &w); err != nil {
		return w, err
	}
	if string(w.RefPayco) != ref || w.Invoice == "" {
		return w, unreadable("the answer speaks of another payment")
	}
	return w, nil
}

// observe reads a state of the plug-in's table. A reversed payment was given back by hand: a person must look at it.
func (w transaction) observe() (payment.Observation, error) {
	o := payment.Observation{Currency: w.Currency, Word: string(w.State), Said: w.Response.Sensitive()}
	switch w.State {
	case "1":
		return w.receipt(o)
	case "3", "7": // pending, held
		o.Claim = payment.ClaimPending
	case "10": // abandoned
		o.Claim = payment.ClaimExpired
	case "2", "4", "11": // rejected, failed, cancelled
		o.Claim = payment.ClaimCancelled
	default:
		return o, unreadable("a state that is not documented, or a reversal")
	}
	o.Evidence = "state " + string(w.State) + ":" + string(w.RefPayco)
	return o, nil
}

func (w transaction) receipt(o payment.Observation) (payment.Observation, error) {
	minor, err := provider.Minor(json.Number(w.Amount), money.Currency(w.Currency))
	if err != nil || minor <= 0 || w.TransactionID == "" {
		return o, unreadable("accepted, but the amount or the transaction cannot be read")
	}
	at, err := time.ParseInLocation(time.DateTime, w.Date, bogota())
	if err != nil {
		return o, unreadable("accepted, but the instant cannot be read")
	}
	o.Claim, o.TransactionID, o.Minor, o.OccurredAt = payment.ClaimPaid, string(w.TransactionID), minor, at.UTC()
	o.Evidence = "accepted:" + string(w.TransactionID)
	return o, nil
}
