package efecty

import "github.com/vuelto/vuelto/pkg/provider"

// Words are the status words of vouchers and withdrawals, and the codes of codes.go; and those of cash-outs through D24.
func Words() provider.Words {
	return Codes().Words(CashOutCodes().Words(provider.Words{
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

		// of cash-outs: the status numbers, the reasons of rejections that matter at a counter, and the codes of cashout_codes.go
		"0":   {ES: "recibido", EN: "taken in", ZH: "已受理"},
		"1":   {ES: "pagado", EN: "paid", ZH: "已付款"},
		"2":   {ES: "cancelado por el comercio: sin efecto", EN: "cancelled by the merchant", ZH: "商户已取消"},
		"3":   {ES: "rechazado", EN: "rejected", ZH: "已拒绝"},
		"4":   {ES: "enviado a la red", EN: "sent on to the network", ZH: "已发送至网络"},
		"5":   {ES: "retenido por el comercio", EN: "held back by the merchant", ZH: "商户暂扣"},
		"805": {ES: "el documento no es válido", EN: "the document is not valid", ZH: "证件无效"},
		"806": {ES: "el nombre no corresponde", EN: "the name does not fit", ZH: "姓名不符"},
		"807": {ES: "rechazado por la red", EN: "rejected by the network", ZH: "被网络拒绝"},
		"808": {ES: "otro error", EN: "another error", ZH: "其他错误"},
		"809": {ES: "venció sin retirarse: volvió al comercio", EN: "ran out uncollected: it came back", ZH: "到期未取，已退回"},
		"810": {ES: "supera el límite de la persona", EN: "above the person's limit", ZH: "超出该人限额"},
		"826": {ES: "reversado: volvió al comercio", EN: "reversed: it came back", ZH: "已冲正退回"},

		"300": {ES: "falta un dato o es incorrecto", ZH: "缺少数据或数据有误"},
		"302": {ES: "firma rechazada", ZH: "签名被拒绝"},
		"303": {ES: "el código de banco no es válido", ZH: "银行代码无效"},
		"401": {ES: "credenciales rechazadas", ZH: "凭证被拒绝"},
		"402": {ES: "nuestra dirección IP no está registrada", ZH: "我方 IP 地址未登记"},
		"504": {ES: "el registro de la persona no lo permite", ZH: "该人登记状态不允许"},
		"508": {ES: "supera un límite de la persona", ZH: "超出该人某项限额"},
		"509": {ES: "no existe tal retiro", EN: "no such cash-out", ZH: "没有该笔取现"},
		"511": {ES: "nuestra referencia ya existe", EN: "our reference is there already", ZH: "我方参考号已存在"},
		"515": {ES: "la persona está bloqueada", ZH: "该人已被封锁"},
		"526": {ES: "moneda no admitida", ZH: "不支持该币种"},
		"533": {ES: "por debajo del mínimo", ZH: "低于最低金额"},
		"540": {ES: "falta correo o teléfono", ZH: "缺少邮箱或电话"},
		"543": {ES: "el teléfono no es válido", ZH: "电话无效"},
	}))
}
