package dlocal

import "github.com/vuelto/vuelto/pkg/provider"

// Sources of the codes.
const (
	dl2 = "dLocal documentation of 2019, errors"
	dl3 = "shhac/agent-dlocal, observed in the sandbox"
)

// Codes that the rest of the package names.
const (
	noPayment       = "4000"
	noRefund        = "4001"
	orderDuplicate  = "5009"
	refundDuplicate = "5011"
)

// Codes lists every answer that proves something. 5010 (request time-out) and 7000 (dLocal's own failure) prove nothing and
// are left out; so are 5009 and 5011, which say that the order or the refund is there already: it is asked for.
func Codes() provider.Codes {
	return provider.Codes{
		{Status: 403, Code: "3001", Class: provider.Denied, Means: "the credentials or our address are refused", Source: dl3},
		{Status: 403, Code: "3002", Class: provider.Denied, Means: "our address is not registered", Source: dl2},
		{Status: 403, Code: "3003", Class: provider.Denied, Means: "the account may not use this interface", Source: dl2},
		{Status: 404, Code: noPayment, Class: provider.Rejected, Means: "no such payment", Source: dl2},
		{Status: 400, Code: "5000", Class: provider.Denied, Means: "the request or its signature is refused", Source: dl3},
		{Status: 400, Code: "5001", Class: provider.Rejected, Means: "a parameter is invalid", Source: dl2},
		{Status: 400, Code: "5002", Class: provider.Rejected, Means: "not in this state of the transaction", Source: dl2},
		{Status: 400, Code: "5003", Class: provider.Rejected, Means: "the country is not supported", Source: dl2},
		{Status: 400, Code: "5004", Class: provider.Rejected, Means: "the currency is not allowed", Source: dl2},
		{Status: 400, Code: "5005", Class: provider.Rejected, Means: "the person is not authorised", Source: dl2},
		{Status: 400, Code: "5006", Class: provider.Rejected, Means: "above the person's limit", Source: dl2},
		{Status: 400, Code: "5007", Class: provider.Rejected, Means: "more than is left of the payment", Source: dl2},
		{Status: 400, Code: "5012", Class: provider.Short, Means: "the merchant's balance is too low for now", Source: dl2},
		{Status: 400, Code: "5016", Class: provider.Rejected, Means: "the amount is too low", Source: dl2},
		{Status: 400, Code: "5017", Class: provider.Denied, Means: "the version of the interface is refused", Source: dl2},
		{Status: 429, Code: "6000", Class: provider.Limited, Means: "too many requests", Source: dl2},
	}
}
