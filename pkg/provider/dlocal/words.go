package dlocal

import "github.com/vuelto/vuelto/pkg/provider"

// Words are the status words of payments and refunds, and the codes of codes.go with the two that are no refusals.
func Words() provider.Words {
	return Codes().Words(provider.Words{
		"PENDING":   {ES: "pendiente", EN: "pending", ZH: "待处理"},
		"PAID":      {ES: "pagado", EN: "paid", ZH: "已付款"},
		"EXPIRED":   {ES: "vencido", EN: "expired", ZH: "已过期"},
		"CANCELLED": {ES: "anulado", EN: "cancelled", ZH: "已取消"},
		"REJECTED":  {ES: "rechazado", EN: "rejected", ZH: "已拒绝"},
		"SUCCESS":   {ES: "el reembolso fue pagado", EN: "the refund was paid", ZH: "退款已支付"},

		"3001": {ES: "credenciales o dirección IP rechazadas", ZH: "凭证或我方 IP 地址被拒绝"},
		"3002": {ES: "dirección IP no registrada", ZH: "我方 IP 地址未登记"},
		"3003": {ES: "la cuenta no puede usar esta interfaz", ZH: "该账户无权使用此接口"},
		"4000": {ES: "no existe tal pago", ZH: "没有该笔付款"},
		"4001": {ES: "no existe tal reembolso", EN: "no such refund", ZH: "没有该笔退款"},
		"5000": {ES: "la solicitud o su firma no son válidas", ZH: "请求或签名无效"},
		"5001": {ES: "un parámetro no es válido", ZH: "参数无效"},
		"5002": {ES: "no es posible en este estado de la transacción", ZH: "交易当前状态不允许"},
		"5003": {ES: "país no admitido", ZH: "不支持该国家"},
		"5004": {ES: "moneda no permitida", ZH: "不允许该币种"},
		"5005": {ES: "la persona no está autorizada", ZH: "该人未获授权"},
		"5006": {ES: "supera el límite de la persona", ZH: "超出该人限额"},
		"5007": {ES: "supera lo que queda del pago", ZH: "超出该笔付款的剩余金额"},
		"5009": {ES: "la orden ya existe", EN: "the order is there already", ZH: "订单已存在"},
		"5010": {ES: "la solicitud agotó su tiempo", EN: "the request timed out", ZH: "请求超时"},
		"5011": {ES: "el reembolso ya existe", EN: "the refund is there already", ZH: "退款已存在"},
		"5012": {ES: "saldo insuficiente del comercio por ahora", ZH: "商户余额暂时不足"},
		"5016": {ES: "importe demasiado bajo", ZH: "金额过低"},
		"5017": {ES: "versión de la interfaz rechazada", ZH: "接口版本被拒绝"},
		"6000": {ES: "demasiadas solicitudes", ZH: "请求过多"},
		"7000": {ES: "falla de dLocal", EN: "a failure at dLocal", ZH: "dLocal 内部故障"},
	})
}
