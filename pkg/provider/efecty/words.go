package efecty

import (
	"maps"

	"github.com/vuelto/vuelto/pkg/provider"
)

// Words are the status words of vouchers and withdrawals, and the codes of codes.go; and those of cash-outs through D24.
func Words() provider.Words {
	words := Codes().Words(provider.Words{
		"PENDING":     {ES: "pendiente de pago", EN: "awaiting payment", ZH: "待付款"},
		"PAID":        {ES: "pagado", EN: "paid", ZH: "已付款"},
		"EXPIRED":     {ES: "vencido", EN: "expired", ZH: "已过期"},
		"CANCELLED":   {ES: "anulado", EN: "cancelled", ZH: "已取消"},
		"ACCEPTED":    {ES: "recibido", EN: "taken in", ZH: "已受理"},
		"COLLECTABLE": {ES: "listo para retirar", EN: "ready to be collected", ZH: "可取现"},
		"COLLECTED":   {ES: "retirado en efectivo", EN: "collected in cash", ZH: "已取现"},
		"REJECTED":    {ES: "rechazado", EN: "rejected", ZH: "已拒绝"},
		"RETURNED":    {ES: "devuelto al comercio", EN: "returned to the merchant", ZH: "已退回商户"},

		"INVALID_REQUEST":        {ES: "falta un dato o es incorrecto", ZH: "缺少数据或数据有误"},
		"SIGNATURE_INVALID":      {ES: "firma rechazada", ZH: "签名被拒绝"},
		"TIMESTAMP_INVALID":      {ES: "nuestro reloj está desviado", ZH: "我方时钟有偏差"},
		"TERMINAL_DISABLED":      {ES: "terminal deshabilitada", ZH: "终端已停用"},
		"BALANCE_INSUFFICIENT":   {ES: "saldo insuficiente de la cuenta por ahora", ZH: "账户余额暂时不足"},
		"PAYMENT_NOT_FOUND":      {ES: "no existe tal pago", EN: "no such payment", ZH: "没有该笔付款"},
		"PAYMENT_ALREADY_PAID":   {ES: "ya fue pagado", ZH: "已先行付款"},
		"PAYMENT_EXPIRED":        {ES: "el código venció", ZH: "付款码已过期"},
		"DISBURSEMENT_NOT_FOUND": {ES: "no existe tal retiro", EN: "no such withdrawal", ZH: "没有该笔取现"},
		"AMOUNT_BELOW_MINIMUM":   {ES: "por debajo del mínimo de un retiro", ZH: "低于取现最低金额"},
		"AMOUNT_ABOVE_MAXIMUM":   {ES: "por encima del máximo de un retiro", ZH: "高于取现最高金额"},
		"BENEFICIARY_INVALID":    {ES: "el documento y el nombre no corresponden", ZH: "证件与姓名不符"},
		"BENEFICIARY_BLOCKED":    {ES: "no se puede pagar a esta persona", ZH: "不得向该人付款"},
		"TRANSACTION_NOT_FOUND":  {ES: "no existe tal pago", ZH: "没有该笔付款"},
		"REFUND_WINDOW_EXPIRED":  {ES: "venció el plazo de reembolso", ZH: "退款期限已过"},
	})
	maps.Copy(words, cashOutWords())
	return words
}
