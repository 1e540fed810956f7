package payu

import "github.com/vuelto/vuelto/pkg/provider"

// Sources of the codes.
const (
	pu1 = "developers.payulatam.com, payments API"
	pu4 = "developers.payulatam.com, payouts API"
)

// failed is the status of a payout that was not created.
const failed = "FAILED"

// Codes lists what the Payouts API's answers prove. A payout that was not created is told within a good answer, whose
// status PayU does not name; its reasons are words and no codes.
func Codes() provider.Codes {
	return provider.Codes{
		{Status: 200, Code: failed, Class: provider.Rejected, Means: "the payout could not be created", Source: pu4},
		{Status: 201, Code: failed, Class: provider.Rejected, Means: "the payout could not be created", Source: pu4},
	}
}

// VoucherCodes lists what the payments API's answers prove: errors come with a 200 and a text.
func VoucherCodes() provider.Codes {
	return provider.Codes{
		{Status: 200, Code: "ERROR", Class: provider.Rejected, Means: "the transaction was not processed", Source: pu1},
		{Status: 200, Code: "DECLINED", Class: provider.Rejected, Means: "the transaction was declined", Source: pu1},
	}
}
