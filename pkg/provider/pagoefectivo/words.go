package pagoefectivo

import "github.com/vuelto/vuelto/pkg/provider"

// Words are the names of a CIP's statuses, the events about it, the status words of refunds, and the codes of codes.go. In
// Peru to cancel a debt is to pay it: "cancelado" is paid.
func Words() provider.Words {
	return Codes().Words(provider.Words{
		"generado":    {ES: "generado, pendiente de pago", EN: "awaiting payment", ZH: "待付款"},
		"cancelado":   {ES: "cancelado: pagado", EN: "paid", ZH: "已付款"},
		"expirado":    {ES: "expirado", EN: "expired", ZH: "已过期"},
		"eliminado":   {ES: "eliminado", EN: "removed", ZH: "已删除"},
		"cip.paid":    {ES: "pago de CIP", EN: "the CIP was paid", ZH: "CIP 已付款"},
		"cip.expired": {ES: "el CIP expiró", EN: "the CIP expired", ZH: "CIP 已过期"},
		"ACCEPTED":    {ES: "reembolso recibido", EN: "the refund is taken in", ZH: "退款已受理"},
		"PAID":        {ES: "reembolso pagado", EN: "the refund was paid", ZH: "退款已支付"},
		"REJECTED":    {ES: "reembolso rechazado", EN: "the refund was rejected", ZH: "退款被拒绝"},
		"RETURNED":    {ES: "reembolso devuelto al comercio", EN: "the refund came back", ZH: "退款已退回"},
		"CANCELLED":   {ES: "reembolso anulado", EN: "the refund was withdrawn", ZH: "退款已撤销"},

		"111":                   {ES: "datos inválidos", ZH: "数据无效"},
		"112":                   {ES: "falta un dato obligatorio", ZH: "缺少必填数据"},
		"113":                   {ES: "un dato no es válido", ZH: "数据值无效"},
		"166":                   {ES: "error interno de PagoEfectivo", EN: "an internal error at PagoEfectivo", ZH: "PagoEfectivo 内部错误"},
		"508":                   {ES: "el servicio del token no es válido", ZH: "令牌所属服务无效"},
		"511":                   {ES: "supera el máximo del comercio", ZH: "超出商户最高金额"},
		"ACCOUNT_CLOSED":        {ES: "la cuenta del comprador está cerrada", EN: "the buyer's account is closed", ZH: "买家账户已注销"},
		"REFUND_EXPIRED":        {ES: "venció el plazo de reembolso", ZH: "退款期限已过"},
		"REFUND_NOT_FOUND":      {ES: "no existe tal reembolso", EN: "no such refund", ZH: "没有该笔退款"},
		"INVALID_AMOUNT":        {ES: "el importe no se puede reembolsar", ZH: "该金额无法退款"},
		"INVALID_CURRENCY":      {ES: "no es la moneda del pago", ZH: "与付款币种不符"},
		"TRANSACTION_NOT_FOUND": {ES: "no existe tal pago", ZH: "没有该笔付款"},
		"TRANSACTION_NOT_PAID":  {ES: "el pago no fue realizado", ZH: "该笔款项未付"},
		"INVALID_CREDENTIALS":   {ES: "credenciales rechazadas", ZH: "凭证被拒绝"},
		"REFUNDS_NOT_ENABLED":   {ES: "la cuenta no tiene habilitados los reembolsos", ZH: "账户未开通退款"},
		"SETTLEMENT_NOT_FOUND":  {ES: "aún no hay liquidación de ese día", EN: "no settlement for that day yet", ZH: "当日尚无结算文件"},
		"TOKEN_EXPIRED":         {ES: "el token venció; basta uno nuevo", ZH: "令牌已过期，换新即可"},
		"RATE_LIMITED":          {ES: "demasiadas solicitudes", ZH: "请求过多"},
	})
}
