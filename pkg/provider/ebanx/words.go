package ebanx

import "github.com/vuelto/vuelto/pkg/provider"

// Words are the status words, which payments and refunds share, and the codes of codes.go.
func Words() provider.Words {
	return Codes().Words(provider.Words{
		"OP": {ES: "abierto", EN: "open", ZH: "未付款"},
		"PE": {ES: "pendiente", EN: "pending", ZH: "待处理"},
		"CO": {ES: "confirmado", EN: "confirmed", ZH: "已确认"},
		"CA": {ES: "cancelado: sin efecto", EN: "cancelled", ZH: "已取消"},
		"RE": {ES: "solicitado", EN: "requested", ZH: "已申请"},

		"BP-SA-1":      {ES: "clave de integración rechazada", ZH: "集成密钥被拒绝"},
		"BP-CH-1":      {ES: "medio de pago no habilitado", ZH: "支付方式未开通"},
		"BP-DR-0":      {ES: "la referencia ya existe", EN: "our reference is there already", ZH: "我方参考号已存在"},
		"BP-DR-2":      {ES: "falta el pago", ZH: "缺少付款"},
		"BP-DR-3":      {ES: "falta la moneda", ZH: "缺少币种"},
		"BP-DR-5":      {ES: "falta el importe", ZH: "缺少金额"},
		"BP-DR-6":      {ES: "por debajo del mínimo", ZH: "低于最低金额"},
		"BP-DR-7":      {ES: "por encima del máximo", ZH: "高于最高金额"},
		"BP-DR-9":      {ES: "falta nuestra referencia", ZH: "缺少我方参考号"},
		"BP-REF-CAN-2": {ES: "no existe tal pago", ZH: "没有该笔付款"},
	})
}
