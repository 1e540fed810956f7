package efecty

import "github.com/vuelto/vuelto/pkg/provider"

const house = "house contract"

// Codes that the rest of the package names.
const (
	paymentNotFound      = "PAYMENT_NOT_FOUND"
	paymentPaid          = "PAYMENT_ALREADY_PAID"
	paymentExpired       = "PAYMENT_EXPIRED"
	disbursementNotFound = "DISBURSEMENT_NOT_FOUND"
	notPublished         = "SETTLEMENT_NOT_PUBLISHED"
)

// Codes lists every answer that proves something. A 429 is documented as "not applied" and handled by the exchange.
func Codes() provider.Codes {
	return provider.Codes{
		{Status: 400, Code: "INVALID_REQUEST", Class: provider.Rejected, Means: "a value is missing or wrong", Source: house},
		{Status: 401, Code: "SIGNATURE_INVALID", Class: provider.Denied, Means: "the signature is refused", Source: house},
		{Status: 401, Code: "TIMESTAMP_INVALID", Class: provider.Denied, Means: "our clock is off", Source: house},
		{Status: 403, Code: "TERMINAL_DISABLED", Class: provider.Denied, Means: "the terminal is switched off", Source: house},
		{Status: 402, Code: "BALANCE_INSUFFICIENT", Class: provider.Short, Means: "the account's balance is too low for now", Source: house},
		{Status: 409, Code: paymentPaid, Class: provider.Rejected, Means: "cash came first", Source: house},
		{Status: 409, Code: paymentExpired, Class: provider.Rejected, Means: "the voucher is over", Source: house},
		{Status: 422, Code: "AMOUNT_BELOW_MINIMUM", Class: provider.Rejected, Means: "below the minimum of a withdrawal", Source: house},
		{Status: 422, Code: "AMOUNT_ABOVE_MAXIMUM", Class: provider.Rejected, Means: "above the maximum of a withdrawal", Source: house},
		{Status: 422, Code: "BENEFICIARY_INVALID", Class: provider.Rejected, Means: "the document and the name do not belong together", Source: house},
		{Status: 422, Code: "BENEFICIARY_BLOCKED", Class: provider.Rejected, Means: "the person may not be paid", Source: house},
		{Status: 422, Code: "TRANSACTION_NOT_FOUND", Class: provider.Rejected, Means: "no such payment", Source: house},
		{Status: 422, Code: "REFUND_WINDOW_EXPIRED", Class: provider.Rejected, Means: "the refund window is over", Source: house},
	}
}
