package api

// method is what a checkout and a voucher say of a network in one language. The name of the network is nobody's to translate.
type method struct {
	title   string   // beside the icon, in a list of ways to pay
	summary string   // below it
	steps   []string // what the buyer does next, in order
}

// methods has the words by network and language, of every network and in every language that there is.
var methods = map[string]map[string]method{
	"efecty": {
		"es": {"Efectivo en puntos Efecty", "Pague en efectivo en cualquier punto Efecty de Colombia. Sin tarjeta ni cuenta bancaria.", []string{
			"Vaya a cualquier punto Efecty con este cupón, impreso o en su teléfono.",
			"Muestre el código de barras o diga el código de pago.",
			"Pague en efectivo el total exacto y guarde el recibo."}},
		"en": {"Cash at Efecty", "Pay in cash at any Efecty counter in Colombia. No card and no bank account.", []string{
			"Go to any Efecty counter with this voucher, printed or on your phone.",
			"Show the bar code or say the payment code.",
			"Pay the exact total in cash and keep the receipt."}},
		"zh": {"Efecty 现金支付", "在哥伦比亚任意 Efecty 网点用现金付款，无需银行卡或银行账户。", []string{
			"携带此付款单（打印件或手机显示均可）前往任意 Efecty 网点。",
			"出示条形码或报出付款码。",
			"按准确金额支付现金，并保留收据。"}},
	},
	"pagoefectivo": {
		"es": {"PagoEfectivo: agentes o banca por internet", "Pague con un código CIP en un agente o en la banca por internet de su banco, en Perú. Sin tarjeta.", []string{
			"Vaya a un agente o entre a la banca por internet de su banco.",
			"Elija pagar a PagoEfectivo y dé el código de pago (CIP).",
			"Pague el total exacto y guarde la constancia."}},
		"en": {"PagoEfectivo: agents or online banking", "Pay with a CIP code at an agent or in your bank's online banking, in Peru. No card.", []string{
			"Go to an agent or open your bank's online banking.",
			"Choose to pay PagoEfectivo and give the payment code (CIP).",
			"Pay the exact total and keep the proof of payment."}},
		"zh": {"PagoEfectivo：代理网点或网上银行", "凭 CIP 付款码在秘鲁的代理网点或网上银行付款，无需银行卡。", []string{
			"前往代理网点，或登录您银行的网上银行。",
			"选择向 PagoEfectivo 付款，并提供付款码（CIP）。",
			"按准确金额付款，并保留付款凭证。"}},
	},
}

// networkNames are the networks' own.
var networkNames = map[string]string{"efecty": "Efecty", "pagoefectivo": "PagoEfectivo"}

// slip is what a voucher says in one language, whatever its network. %s is the network's name or an instant.
type slip struct {
	heading, before, paid, over    string
	shop, order, total, code, zone string
	moment                         string // how a date and an hour are written, so that no reader takes the day for the month
}

var slips = map[string]slip{
	"es": {"Pago con %s", "Pague antes del %s.", "Este pago ya fue recibido. No lo pague otra vez.",
		"Este cupón ya no es válido. No lo pague; pida uno nuevo a la tienda.", "Tienda", "Pedido", "Total", "Código de pago", "hora de %s", "02/01/2006 15:04"},
	"en": {"Payment with %s", "Pay before %s.", "This payment has been received. Do not pay it again.",
		"This voucher is no longer valid. Do not pay it; ask the shop for a new one.", "Shop", "Order", "Total", "Payment code", "%s time", "2 January 2006 15:04"},
	"zh": {"使用 %s 付款", "请在 %s 之前付款。", "此款项已收到，请勿重复付款。",
		"此付款单已失效，请勿付款；请向商家索取新的付款单。", "商家", "订单", "总额", "付款码", "%s时间", "2006年1月2日 15:04"},
}

// capitals are where a network's hour is told, as its country's people name it.
var capitals = map[string]map[string]string{
	"efecty":       {"es": "Bogotá", "en": "Bogotá", "zh": "波哥大"},
	"pagoefectivo": {"es": "Lima", "en": "Lima", "zh": "利马"},
}
