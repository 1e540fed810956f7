package mercadopago

import "github.com/vuelto/vuelto/pkg/provider"

// Words are the status words, which payments and refunds share, and the codes of codes.go.
func Words() provider.Words {
	return Codes().Words(provider.Words{
		"pending":      {ES: "pendiente de pago", EN: "awaiting payment", ZH: "待付款"},
		"in_process":   {ES: "en proceso", EN: "in process", ZH: "处理中"},
		"authorized":   {ES: "autorizado, sin cobrar", EN: "authorised, not captured", ZH: "已授权未扣款"},
		"approved":     {ES: "aprobado", EN: "approved", ZH: "已批准"},
		"refunded":     {ES: "reembolsado", EN: "refunded", ZH: "已退款"},
		"in_mediation": {ES: "en disputa", EN: "in dispute", ZH: "争议中"},
		"charged_back": {ES: "contracargo", EN: "charged back", ZH: "已拒付"},
		"cancelled":    {ES: "anulado", EN: "cancelled", ZH: "已取消"},
		"rejected":     {ES: "rechazado", EN: "rejected", ZH: "已拒绝"},

		"401":   {ES: "token de acceso rechazado", ZH: "访问令牌被拒绝"},
		"2000":  {ES: "no existe tal pago", ZH: "没有该笔付款"},
		"2032":  {ES: "no existe tal reembolso", EN: "no such refund", ZH: "没有该笔退款"},
		"2063":  {ES: "no es posible en este estado del pago", ZH: "付款当前状态不允许"},
		"4040":  {ES: "el importe debe ser positivo", ZH: "金额必须为正数"},
		"4041":  {ES: "el importe debe ser un número", ZH: "金额必须为数字"},
		"2024":  {ES: "el pago es demasiado antiguo para reembolsarlo", ZH: "付款时间过久，无法退款"},
		"15016": {ES: "el pago es demasiado antiguo para reembolsarlo", ZH: "付款时间过久，无法退款"},
		"3024":  {ES: "este pago solo se reembolsa completo", ZH: "该笔付款只能全额退款"},
	})
}
