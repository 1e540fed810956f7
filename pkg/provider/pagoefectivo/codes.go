package pagoefectivo

import "github.com/vuelto/vuelto/pkg/provider"

// success is the code of every good answer of the CIP interface.
const success = "100"

// Sources of the codes. S3 is the refund contract a merchant agrees with PagoEfectivo: no public document has one.
const (
	pe1 = "SPE-ECS Integracion Api CIP 1.1, errors"
	s3  = "S3 refund contract"
)

// Codes of the refund contract that the rest of the package names.
const (
	refundExpired  = "REFUND_EXPIRED"
	refundNotFound = "REFUND_NOT_FOUND"
	notPublished   = "SETTLEMENT_NOT_FOUND"
	tokenExpired   = "TOKEN_EXPIRED"
)

// Codes lists every answer that proves something. The document of the CIP interface gives no status for a bad token, so
// outside the refund contract a 401 proves nothing.
func Codes() provider.Codes {
	return provider.Codes{
		{Status: 400, Code: "111", Class: provider.Rejected, Means: "the data are invalid", Source: pe1},
		{Status: 400, Code: "112", Class: provider.Rejected, Means: "a required value is missing", Source: pe1},
		{Status: 400, Code: "113", Class: provider.Rejected, Means: "a value is invalid", Source: pe1},
		{Status: 400, Code: "508", Class: provider.Denied, Means: "the service tied to the token is invalid", Source: pe1},
		{Status: 400, Code: "511", Class: provider.Rejected, Means: "above the merchant's maximum", Source: pe1},
		{Status: 422, Code: refundExpired, Class: provider.Rejected, Means: "the refund window is over", Source: s3},
		{Status: 422, Code: "INVALID_AMOUNT", Class: provider.Rejected, Means: "the amount cannot be refunded", Source: s3},
		{Status: 422, Code: "INVALID_CURRENCY", Class: provider.Rejected, Means: "not the payment's currency", Source: s3},
		{Status: 422, Code: "TRANSACTION_NOT_FOUND", Class: provider.Rejected, Means: "no such payment", Source: s3},
		{Status: 422, Code: "TRANSACTION_NOT_PAID", Class: provider.Rejected, Means: "the payment was not paid", Source: s3},
		{Status: 401, Code: "INVALID_CREDENTIALS", Class: provider.Denied, Means: "the credentials are refused", Source: s3},
		{Status: 403, Code: "REFUNDS_NOT_ENABLED", Class: provider.Denied, Means: "the account may not refund", Source: s3},
		{Status: 401, Code: tokenExpired, Class: provider.Limited, Means: "the token ran out; a new one will do", Source: s3},
		{Status: 429, Code: "RATE_LIMITED", Class: provider.Limited, Means: "too many requests", Source: s3},
	}
}
