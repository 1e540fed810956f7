package ebanx

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/provider"
)

const (
	errorCodes = "docs.ebanx.com/docs/resources/error-codes/api-error-codes"
	merchantRB = "github.com/activemerchant/active_merchant test/unit/gateways/ebanx_test.rb"
)

// alreadyThere says our reference is known: the first payment stands.
const alreadyThere = "BP-DR-0"

// Codes lists every answer that proves something. Refusals come with HTTP 200, as documented. BP-DR-0 is none of them: it
// proves that the voucher is there.
func Codes() provider.Codes {
	refused := func(code, means, source string) provider.Code {
		return provider.Code{Status: http.StatusOK, Code: code, Class: provider.Rejected, Means: means, Source: source}
	}
	return provider.Codes{
		{Status: http.StatusOK, Code: "BP-SA-1", Class: provider.Denied, Means: "the integration key is refused", Source: errorCodes},
		refused("BP-CH-1", "the payment type is not enabled", errorCodes),
		refused("BP-DR-2", "the payment is missing", errorCodes),
		refused("BP-DR-3", "the currency is missing", errorCodes),
		refused("BP-DR-5", "the amount is missing", errorCodes),
		refused("BP-DR-6", "below the minimum", errorCodes),
		refused("BP-DR-7", "above the maximum", errorCodes),
		refused("BP-DR-9", "our reference is missing", errorCodes),
		refused("BP-REF-CAN-2", "no such payment", merchantRB),
	}
}
