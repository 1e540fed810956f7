package rapyd

import "github.com/vuelto/vuelto/pkg/provider"

// Words are the statuses of payments and refunds, and the codes of codes.go with the one that proves nothing.
func Words() provider.Words {
	return Codes().Words(provider.Words{
		"ACT": {ES: "activo, pendiente de pago", EN: "active, awaiting payment", ZH: "有效，待付款"},
		"CLO": {ES: "cerrado: pagado", EN: "closed: paid", ZH: "已完成：已付款"},
		"CAN": {ES: "anulado", EN: "cancelled", ZH: "已取消"},
		"EXP": {ES: "vencido", EN: "expired", ZH: "已过期"},

		"Pending":   {ES: "reembolso pendiente", EN: "the refund is pending", ZH: "退款待处理"},
		"Completed": {ES: "reembolso realizado", EN: "the refund was made", ZH: "退款已完成"},
		"Rejected":  {ES: "reembolso rechazado", EN: "the refund was rejected", ZH: "退款被拒绝"},
		"Failed":    {ES: "reembolso fallido", EN: "the refund failed", ZH: "退款失败"},
		"Canceled":  {ES: "reembolso anulado", EN: "the refund was cancelled", ZH: "退款已取消"},

		"UNAUTHORIZED_API_CALL":                              {ES: "firma rechazada", ZH: "签名被拒绝"},
		"ERROR_ADDING_REFUND":                                {ES: "no existe tal pago o no está cerrado", ZH: "没有该笔付款或付款未完成"},
		"ERROR_CREATE_REFUND":                                {ES: "la operación falló", EN: "the operation failed", ZH: "操作失败"},
		"ERROR_CREATE_REFUND_CURRENCY_NOT_VALID":             {ES: "no es la moneda del pago", ZH: "与付款币种不符"},
		"ERROR_CREATE_REFUND_DUPLICATE_EWALLET":              {ES: "una billetera figura dos veces", ZH: "同一钱包重复出现"},
		"ERROR_CREATE_REFUND_EWALLET_ALREADY_FULLY_REFUNDED": {ES: "ya se reembolsó todo", ZH: "已全额退款"},
		"ERROR_CREATE_PARTIAL_REFUND_NOT_READY":              {ES: "se puede intentar de nuevo tras 24 horas", ZH: "24 小时后可重试"},
		"ERROR_GET_PAYMENT":                                  {ES: "no existe tal pago", ZH: "没有该笔付款"},
	})
}
