package rapyd

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/provider"
)

const (
	refundErrors = "docs.rapyd.net/en/refund-errors"
	merchantRB   = "github.com/activemerchant/active_merchant rapyd gateway tests"
)

// noPayment is the refusal of a question about a payment that is not there.
const noPayment = "ERROR_GET_PAYMENT"

// Codes lists every answer that proves something. ERROR_CREATE_REFUND is left out on purpose: its text says that the
// operation failed, not that it had no effect.
func Codes() provider.Codes {
	code := func(status int, code string, class provider.Class, means, source string) provider.Code {
		return provider.Code{Status: status, Code: code, Class: class, Means: means, Source: source}
	}
	return provider.Codes{
		code(http.StatusUnauthorized, "UNAUTHORIZED_API_CALL", provider.Denied, "the signature is refused", merchantRB),
		code(http.StatusBadRequest, "ERROR_ADDING_REFUND", provider.Rejected, "no such payment, or it is not closed", refundErrors),
		code(http.StatusBadRequest, "ERROR_CREATE_REFUND_CURRENCY_NOT_VALID", provider.Rejected, "the currency is not the payment's", refundErrors),
		code(http.StatusBadRequest, "ERROR_CREATE_REFUND_DUPLICATE_EWALLET", provider.Rejected, "a wallet is named twice", refundErrors),
		code(http.StatusBadRequest, "ERROR_CREATE_REFUND_EWALLET_ALREADY_FULLY_REFUNDED", provider.Rejected, "all of it was given back already", refundErrors),
		code(http.StatusBadRequest, "ERROR_CREATE_PARTIAL_REFUND_NOT_READY", provider.Limited, "to be tried again after 24 hours", refundErrors),
		code(http.StatusBadRequest, noPayment, provider.Rejected, "no such payment", merchantRB),
	}
}
