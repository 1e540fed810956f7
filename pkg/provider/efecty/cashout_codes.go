package efecty

import "github.com/vuelto/vuelto/pkg/provider"

const d24Codes = "docs.d24.com: API codes of cashouts; the HTTP status by create a cashout"

// Codes of D24 that prove no refusal.
const (
	noCashOut = "509" // of a question: there is no such cash-out
	idUsed    = "511" // our reference is there already
)

// CashOutCodes lists every answer of D24 that proves something. The list of codes is documented beside the classes of HTTP
// status: 400 for values and persons, 401 for credentials. A code under another status, such as 514 (no funds), 537 and 703
// (could not make the cash-out), proves nothing.
func CashOutCodes() provider.Codes {
	rejected := func(code, means string) provider.Code {
		return provider.Code{Status: 400, Code: code, Class: provider.Rejected, Means: means, Source: d24Codes}
	}
	denied := func(status int, code, means string) provider.Code {
		return provider.Code{Status: status, Code: code, Class: provider.Denied, Means: means, Source: d24Codes}
	}
	return provider.Codes{
		rejected("300", "a value is missing or wrong"),
		rejected("303", "the bank code is not valid"),
		rejected("504", "the person's registration does not allow it"),
		rejected("508", "above a limit of the person"),
		rejected("515", "the person is blocked"),
		rejected("526", "the currency is not taken"),
		rejected("533", "below the minimum"),
		rejected("540", "an e-mail address or a phone is wanted"),
		rejected("543", "the phone is not valid"),
		denied(400, "302", "the signature is refused"),
		denied(401, "302", "the signature is refused"),
		denied(401, "401", "credentials refused"),
		denied(401, "402", "our address is not listed"),
	}
}

// cashOutRefusalBody is what stands in an answer that is not good.
type cashOutRefusalBody struct {
	Code    provider.Text  `json:"code"`
	Message provider.Prose `json:"message"`
}

// cashOutRefusal reads a refusal; an empty one if it is none.
func cashOutRefusal(reply provider.Reply) cashOutRefusalBody {
	var r cashOutRefusalBody
	if provider.DecodeJSON(reply.Body, &r) != nil {
		return cashOutRefusalBody{}
	}
	return r
}
