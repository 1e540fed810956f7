package provider

// Absent is a gateway that people ask for and that does not carry these networks, or a network where it is not carried.
type Absent struct {
	Provider string `json:"provider"`
	Reason   string `json:"reason"`
	Source   string `json:"source"`
}

// NotCarried lists what was looked into and left out.
func NotCarried() []Absent {
	return []Absent{
		{"checkout.com", "neither Efecty nor PagoEfectivo is among its payment sources: its cash sources in Latin America are of Mexico, Argentina and Brazil",
			"github.com/checkout/checkout-sdk-go and checkout-sdk-python, source types"},
		{"paguelofacil", "a gateway of Panama for cards and local wallets; nothing shows that it reaches Efecty or PagoEfectivo",
			"soporte.paguelofacil.com; no mention of either network was found"},
		{"pagoefectivo (Ecuador)", "the network works in Ecuador too, in US dollars; nothing of its interface there could be read, and this bundle knows no calendar, documents or retention of that country",
			"Paysafe's announcement of 2021 that it buys PagoEfectivo names Peru and Ecuador; the public documents describe Peru"},
	}
}
