package epayco

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/provider"
)

// Codes lists every answer that proves something: refused keys, and nothing else. The codes inside refused vouchers are not
// public, so such a voucher may be there.
func Codes() provider.Codes {
	var all provider.Codes
	for _, status := range []int{http.StatusOK, http.StatusBadRequest, http.StatusUnauthorized} {
		all = append(all, provider.Code{Status: status, Code: "Invalid client", Class: provider.Denied, Means: "the keys are refused",
			Source: "answers of apify.epayco.co/login as integrations describe them"})
	}
	return all
}
