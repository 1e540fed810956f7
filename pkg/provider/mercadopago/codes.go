package mercadopago

import "github.com/vuelto/vuelto/pkg/provider"

// mp3 is the source of the codes; of those listed under two statuses it does not say which is sent.
const mp3 = "mercadopago.com.pe/developers, refunds reference"

// Codes that the rest of the package names.
const (
	noPayment = "2000"
	noRefund  = "2032"
	badState  = "2063"
)

// Codes lists every answer that proves something. 4291 to 4297 speak of split charges, which cash does not have.
func Codes() provider.Codes {
	return provider.Codes{
		{Status: 401, Code: "401", Class: provider.Denied, Means: "the access token is refused", Source: mp3},
		{Status: 400, Code: badState, Class: provider.Rejected, Means: "not in this state of the payment", Source: mp3},
		{Status: 401, Code: "4040", Class: provider.Rejected, Means: "the amount must be positive", Source: mp3},
		{Status: 401, Code: "4041", Class: provider.Rejected, Means: "the amount must be a number", Source: mp3},
		{Status: 404, Code: noPayment, Class: provider.Rejected, Means: "no such payment", Source: mp3},
		{Status: 400, Code: "2024", Class: provider.Rejected, Means: "the payment is too old to be refunded", Source: mp3},
		{Status: 404, Code: "2024", Class: provider.Rejected, Means: "the payment is too old to be refunded", Source: mp3},
		{Status: 400, Code: "15016", Class: provider.Rejected, Means: "the payment is too old to be refunded", Source: mp3},
		{Status: 404, Code: "15016", Class: provider.Rejected, Means: "the payment is too old to be refunded", Source: mp3},
		{Status: 400, Code: "3024", Class: provider.Rejected, Means: "this payment can only be refunded whole", Source: mp3},
		{Status: 404, Code: "3024", Class: provider.Rejected, Means: "this payment can only be refunded whole", Source: mp3},
	}
}
