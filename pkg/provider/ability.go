package provider

import "github.com/vuelto/vuelto/pkg/disbursement"

// Ability is one thing a provider may offer. An adapter declares it by implementing its interface.
type Ability string

const (
	CanCreatePayment Ability = "create_payment"
	CanReadPayment   Ability = "read_payment"
	CanCancelPayment Ability = "cancel_payment"
	CanExtendPayment Ability = "extend_payment"
	CanRefund        Ability = "refund"
	CanCashRefund    Ability = "cash_refund"
	CanPay           Ability = "payout"
	CanReadStatus    Ability = "read_status"
	CanWebhook       Ability = "webhook"
	CanReadSettled   Ability = "read_settlement"
	CanFetchSettled  Ability = "fetch_settlement"
)

// Abilities lists every ability in the order of the provider matrix.
func Abilities() []Ability {
	return []Ability{CanCreatePayment, CanReadPayment, CanCancelPayment, CanExtendPayment, CanRefund, CanCashRefund,
		CanPay, CanReadStatus, CanWebhook, CanReadSettled, CanFetchSettled}
}

// abilities are the adapter's interfaces, asserted once; nil where it lacks one.
type abilities struct {
	create  PaymentCreator
	read    PaymentReader
	cancel  PaymentCanceller
	extend  PaymentExtender
	refund  Refunder
	cash    CashRefunder
	pay     Payer
	status  StatusReader
	webhook WebhookReader
	ask     Inquirer
	reply   Acknowledger
	rows    SettlementReader
	file    SettlementFetcher
	details DetailTeller
}

func abilitiesOf(a Adapter) (able abilities) {
	able.create, _ = a.(PaymentCreator)
	able.read, _ = a.(PaymentReader)
	able.cancel, _ = a.(PaymentCanceller)
	able.extend, _ = a.(PaymentExtender)
	able.refund, _ = a.(Refunder)
	able.cash, _ = a.(CashRefunder)
	able.pay, _ = a.(Payer)
	able.status, _ = a.(StatusReader)
	able.webhook, _ = a.(WebhookReader)
	able.ask, _ = a.(Inquirer)
	able.reply, _ = a.(Acknowledger)
	able.rows, _ = a.(SettlementReader)
	able.file, _ = a.(SettlementFetcher)
	able.details, _ = a.(DetailTeller)
	return able
}

// Can says whether the provider offers an ability.
func (c *Client) Can(a Ability) bool {
	switch a {
	case CanCreatePayment:
		return c.able.create != nil
	case CanReadPayment:
		return c.able.read != nil
	case CanCancelPayment:
		return c.able.cancel != nil
	case CanExtendPayment:
		return c.able.extend != nil
	case CanRefund:
		return c.able.refund != nil
	case CanCashRefund:
		return c.able.cash != nil
	case CanPay:
		return c.able.pay != nil
	case CanReadStatus:
		return c.able.status != nil
	case CanWebhook:
		return c.able.webhook != nil
	case CanReadSettled:
		return c.able.rows != nil
	case CanFetchSettled:
		return c.able.file != nil
	}
	return false
}

// CanSubmit says whether Submit has a road for a kind of disbursement by a route.
func (c *Client) CanSubmit(kind disbursement.Kind, route disbursement.Route) bool {
	return c.road(kind, route) != nil
}
