package event

import (
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
)

// Types lists every type of event, in the order of the catalogue.
func Types() []Type {
	all := []Type{PaymentCreated, PaymentConfirmed, PaymentExpired, PaymentCancelled, PaymentPaidLate, PaymentPaidTwice,
		PaymentUnderpaid, PaymentOverpaid, PaymentSettled, PaymentUpdated}
	for _, kind := range []disbursement.Kind{disbursement.Refund, disbursement.Payout} {
		for _, s := range disbursement.States() {
			all = append(all, Type(string(kind)+"."+string(s)))
		}
		all = append(all, contradicted(kind), updated(kind), expiring(kind), overdue(kind))
	}
	return append(all, RefundDeadline, AccountExpiring, RatesStale, Balanced, Broken, EndpointTest, EndpointDisabled, EndpointRecovered, NoticeFailed)
}

func contradicted(kind disbursement.Kind) Type {
	if kind == disbursement.Payout {
		return PayoutContradict
	}
	return RefundContradict
}

func updated(kind disbursement.Kind) Type {
	if kind == disbursement.Payout {
		return PayoutUpdated
	}
	return RefundUpdated
}

func expiring(kind disbursement.Kind) Type {
	if kind == disbursement.Payout {
		return PayoutExpiring
	}
	return RefundExpiring
}

func overdue(kind disbursement.Kind) Type {
	if kind == disbursement.Payout {
		return PayoutOverdue
	}
	return RefundOverdue
}

// ofStep is the type of a disbursement's step. What is held after it was done was contradicted by its provider.
func ofStep(kind disbursement.Kind, s disbursement.Step) Type {
	if s.From == s.To && s.Evidence == string(disbursement.ClaimRemind) {
		return expiring(kind)
	}
	switch {
	case s.From == s.To && s.Evidence == disbursement.Overdue:
		return overdue(kind)
	case s.From == s.To && s.Evidence == disbursement.DeadlineNear && kind == disbursement.Refund:
		return RefundDeadline
	case s.From == s.To:
		return updated(kind)
	}
	if s.To == disbursement.Held && s.From.Done() {
		return contradicted(kind)
	}
	return Type(string(kind) + "." + string(s.To))
}

// ofPayment is the type of a payment's step, by what came with it: further cash, a settlement day, or only the number of a
// receipt.
func ofPayment(s payment.Step, cash, settled bool) Type {
	switch {
	case s.To == payment.Pending:
		return PaymentCreated
	case s.From == s.To && s.To != payment.Paid: // the money was late, and what to do with it is settled
		return PaymentUpdated
	case s.To == payment.Expired:
		return PaymentExpired
	case s.To == payment.Cancelled:
		return PaymentCancelled
	case s.From != payment.Paid:
		return PaymentConfirmed
	case cash:
		return PaymentPaidTwice
	case settled:
		return PaymentSettled
	}
	return PaymentUpdated
}

// ofSituation is the type of what is unusual about a payment; empty if nothing is.
func ofSituation(s payment.Situation) Type {
	switch s {
	case payment.PaidLate:
		return PaymentPaidLate
	case payment.PaidTwice:
		return PaymentPaidTwice
	case payment.Underpaid:
		return PaymentUnderpaid
	case payment.Overpaid:
		return PaymentOverpaid
	}
	return ""
}
