package kushki

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/provider"
)

const cashCodes = "docs.kushki.com/co/cash-payments/declined-cash-transaction"

// Codes lists every answer that proves something. The page names codes without their HTTP status: they are believed under
// those that say a request was refused. C002, "an unexpected error", is left out: it proves nothing.
func Codes() provider.Codes {
	var all provider.Codes
	for _, status := range []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden} {
		all = append(all, provider.Code{Status: status, Code: "C004", Class: provider.Denied, Means: "the merchant id is refused", Source: cashCodes})
	}
	return append(all,
		provider.Code{Status: http.StatusBadRequest, Code: "C001", Class: provider.Rejected, Means: "a value is missing or wrong", Source: cashCodes},
		provider.Code{Status: http.StatusBadRequest, Code: "C003", Class: provider.Rejected, Means: "the token is not valid", Source: cashCodes})
}
