package issue

import (
	"context"
	"errors"
	"fmt"

	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/receipt"
	"github.com/vuelto/vuelto/pkg/store"
)

// Form is the template of a compliance document with the facts of a refund, whatever its state. It is kept nowhere: what counts is the
// paper that comes back signed. Errors: ErrNotFound, receipt.ErrForm, receipt.ErrLanguage.
func (i *Issuer) Form(ctx context.Context, q Asked, name string) ([]byte, error) {
	d, err := i.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	if d.Beneficiary.IsZero() { // who gets it is who paid
		p, err := i.payment(ctx, d.Tenant, d.Payment)
		if err != nil {
			return nil, err
		}
		d.Beneficiary = p.Payer
	}
	f, err := receipt.FormOf(name, d, q.Merchant, i.Live, q.Language)
	if err != nil {
		return nil, err
	}
	return DrawForm(f), nil
}

// FormOfPayment is the same for a refund that is still to be asked for. Errors: as Form.
func (i *Issuer) FormOfPayment(ctx context.Context, q Asked, name string) ([]byte, error) {
	p, err := i.payment(ctx, q.Merchant.ID, q.ID)
	if err != nil {
		return nil, err
	}
	f, err := receipt.FormOfPayment(name, p, q.Merchant, i.Live, q.Language)
	if err != nil {
		return nil, err
	}
	return DrawForm(f), nil
}

func (i *Issuer) payment(ctx context.Context, tenant, id string) (payment.Payment, error) {
	record, err := i.Store.Get(ctx, payment.Key(tenant, id))
	if errors.Is(err, store.ErrNotFound) {
		return payment.Payment{}, fmt.Errorf("%w: no such payment", ErrNotFound)
	}
	if err != nil {
		return payment.Payment{}, err
	}
	return payment.Decode(record)
}
