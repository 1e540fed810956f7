package order

import (
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

func pick(l settlement.Language, en, es, zh string) string {
	switch l {
	case settlement.Spanish:
		return es
	case settlement.Chinese:
		return zh
	}
	return en
}

func major(minor int64, c money.Currency) string {
	exponent, err := c.Exponent()
	if err != nil {
		exponent = 2
	}
	return money.FormatMinor(minor, exponent) + " " + string(c)
}

// Explain says in words and numbers what a leg comes to.
func (l Leg) Explain(in settlement.Language) string {
	en, es, zh := l.sentence()
	came := make([]string, 0, len(l.Money)+len(l.Receipts))
	for _, m := range l.Money {
		came = append(came, major(m.Received, m.Currency)+" ("+m.Account+" "+m.Day.String()+")")
	}
	for _, r := range l.Receipts {
		came = append(came, major(r.Minor, r.Currency)+" ("+r.Channel+" "+r.Day.String()+")")
	}
	if len(came) == 0 {
		came = []string{pick(in, "nothing", "nada", "无")}
	}
	shop, status, coupon, discount := "", "", "", ""
	if o := l.Order; o != nil {
		shop, status, coupon, discount = major(l.Paid, o.Currency), StateWord(o.State, in), o.Coupon, major(o.Discount, o.Currency)
	}
	gap := l.Gap()
	return strings.NewReplacer("{paid}", shop, "{status}", status, "{came}", strings.Join(came, " + "), "{coupon}", coupon, "{discount}", discount,
		"{gap}", major(max(gap, -gap), l.Currency), "{back}", major(l.Back, l.Currency), "{returned}", major(l.Returned, l.Currency),
		"{going}", major(l.Going, l.Currency)).Replace(strings.TrimSpace(pick(in, en, es, zh)))
}

// StateWord is a state as a person says it.
func StateWord(s State, in settlement.Language) string {
	switch s {
	case Unpaid:
		return pick(in, "unpaid", "sin pagar", "未付款")
	case Paid:
		return pick(in, "paid", "pagado", "已付款")
	case PartlyPaid:
		return pick(in, "partly paid", "pagado en parte", "部分付款")
	case Refunded:
		return pick(in, "refunded", "reembolsado", "已退款")
	case PartlyRefunded:
		return pick(in, "partly refunded", "reembolsado en parte", "部分退款")
	case Void:
		return pick(in, "cancelled", "cancelado", "已取消")
	}
	return pick(in, "not clear", "sin definir", "不明确")
}

// sentence is what a leg means, with the names of numbers in braces.
func (l Leg) sentence() (en, es, zh string) {
	switch l.Class {
	case CurrencyMismatch:
		return "the shop says {paid}, and another currency came: {came}", "la tienda dice {paid} y llegó otra moneda: {came}", "店铺记 {paid}，实收币种不同：{came}"
	case MissingInBooks:
		return "the shop says {paid} were paid, and no network or channel shows them", "la tienda dice que se pagaron {paid} y ninguna red ni canal los muestra",
			"店铺记已付 {paid}，但任何渠道均无入账"
	case MissingAtShop:
		return "{came} came, and the shop has no such order", "llegaron {came} y la tienda no tiene tal pedido", "收到 {came}，店铺无此订单"
	case Unassigned:
		return "{came} came and name no order", "llegaron {came} y no nombran ningún pedido", "收到 {came}，未注明订单"
	case StatusMismatch:
		return "the shop says the order is {status} ({paid}), the books have {came}", "la tienda dice que el pedido está {status} ({paid}); los libros tienen {came}",
			"店铺订单状态为{status}（{paid}），账上为 {came}"
	case Coupon:
		return "{came} came for {paid}: the difference is exactly the discount of {discount} {coupon}",
			"llegaron {came} por {paid}: la diferencia es exactamente el descuento de {discount} {coupon}", "应收 {paid}，实收 {came}，差额恰为优惠 {discount} {coupon}"
	case Partial:
		return "the shop says {status} ({paid}, given back {back}), the books have {came}, given back {returned}",
			"la tienda dice {status} ({paid}, devuelto {back}); los libros tienen {came}, devuelto {returned}",
			"店铺记为{status}（{paid}，已退 {back}），账上收到 {came}，已退 {returned}"
	case Rounding, AmountOver, AmountUnder:
		return "{came} came, the shop says {paid}: they differ by {gap}", "llegaron {came}, la tienda dice {paid}: difieren en {gap}", "实收 {came}，店铺记 {paid}，相差 {gap}"
	case RefundMissingInBooks:
		return "the shop says {back} were given back, and we have given back nothing", "la tienda dice que se devolvieron {back} y nosotros no devolvimos nada",
			"店铺记已退 {back}，我方未退款"
	case RefundMissingAtShop:
		return "we have given back {returned}, with {going} on their way, and the shop knows of nothing", "devolvimos {returned}, con {going} en camino, y la tienda no sabe de nada",
			"我方已退 {returned}（在途 {going}），店铺无退款记录"
	case RefundDiffers:
		return "the shop says {back} were given back, here {returned} were, with {going} on their way: they differ by {gap}",
			"la tienda dice que se devolvieron {back}; fueron {returned}, con {going} en camino: difieren en {gap}", "店铺记已退 {back}，实退 {returned}（在途 {going}），相差 {gap}"
	}
	return l.calm()
}

// calm is what a leg says in which nothing differs.
func (l Leg) calm() (en, es, zh string) {
	switch l.Status {
	case Other:
		return "{paid} were paid through a channel of which no receipts were brought", "{paid} se pagaron por un canal del que no se trajeron recibos", "{paid} 由其他渠道收取，尚未导入该渠道收款"
	case Pending:
		return "{came} came for {paid}; {going} are on their way back to the buyer", "llegaron {came} por {paid}; {going} van de vuelta al comprador", "应收 {paid}，实收 {came}，{going} 退款在途"
	}
	return "{came} came for {paid}; given back {returned}", "llegaron {came} por {paid}; devuelto {returned}", "应收 {paid}，实收 {came}，已退 {returned}"
}

// NextAction is the one safe next step for a leg, in words.
func (l Leg) NextAction(in settlement.Language) string {
	switch l.Class {
	case MissingInBooks:
		return pick(in, "Look at how the order was paid: import that channel's receipts, or set the order back to unpaid before it is shipped.",
			"Vea cómo se pagó el pedido: importe los recibos de ese canal o devuelva el pedido a sin pagar antes de enviarlo.", "查明付款方式：导入该渠道收款，或在发货前将订单改回未付款。")
	case MissingAtShop:
		return pick(in, "Find the order by its reference in the shop; if there is none, refund the buyer.", "Busque el pedido por su referencia en la tienda; si no existe, reembolse al comprador.",
			"按参考号在店铺查找订单；如无，退款给买家。")
	case Unassigned:
		return pick(in, "Put the order's reference to the receipt and import it again.", "Ponga la referencia del pedido en el recibo e impórtelo de nuevo.", "为该笔收款补上订单号后重新导入。")
	case StatusMismatch:
		return pick(in, "Read the payment here, then set the order's status in the shop to what the books say.", "Lea el pago aquí y ponga en la tienda el estado que dicen los libros.",
			"以本系统付款状态为准，更正店铺订单状态。")
	case Coupon:
		return pick(in, "Decide whether the coupon was granted: explain it, or refund or collect the difference.", "Decida si el cupón se concedió: explíquelo, o devuelva o cobre la diferencia.",
			"确认优惠券是否应给予：说明原因，或退补差额。")
	case Partial:
		return pick(in, "Compare the parts with the order by hand and say what is meant.", "Compare las partes con el pedido a mano y diga qué significa.", "人工核对各部分金额并说明。")
	case Rounding:
		return pick(in, "Explain it; no money is missing.", "Explíquelo; no falta dinero.", "说明原因即可，资金无缺。")
	case RefundMissingInBooks:
		return pick(in, "Check whether the buyer was paid by another road; if not, ask for the refund here.", "Verifique si se pagó al comprador por otra vía; si no, pida el reembolso aquí.",
			"核实是否已由其他方式退款；如无，在此发起退款。")
	case RefundMissingAtShop, RefundDiffers:
		return pick(in, "Record in the shop what was given back; never refund again because of this.", "Registre en la tienda lo devuelto; no reembolse de nuevo por esto.", "在店铺补记退款，切勿因此重复退款。")
	case CurrencyMismatch, AmountOver, AmountUnder:
		return pick(in, "Compare the order with the payment; refund what came too much, or ask for what is missing.", "Compare el pedido con el pago; devuelva lo que sobra o pida lo que falta.",
			"核对订单与付款，多收退还，少收补收。")
	}
	if l.Status == Other {
		return pick(in, "Import that channel's receipts to have them compared.", "Importe los recibos de ese canal para compararlos.", "导入该渠道收款以便核对。")
	}
	return pick(in, "Nothing.", "Nada.", "无需处理。")
}
