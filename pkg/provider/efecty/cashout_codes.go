package efecty

import "github.com/vuelto/vuelto/pkg/provider"

const d24Codes = "docs.d24.com: API codes of cashouts; the HTTP status by create a cashout"

// Codes of D24 that prove no refusal.
const (
	noCashOut = "509" // of a question: there is no such cash-out
	idUsed    = "511" // our reference is there already
)

// CashOutCodes lists every answer of D24 that proves something. The list of codes is documented beside the classes of HTTP
// status: 400 for values and persons, 401 for credentials. A code under another status, such as 514 (no funds), 537 and 703
// (could not make the cash-out), proves nothing.
func CashOutCodes() provider.Codes {
	rejected := func(code, means string) provider.Code {
		return provider.Code{Status: 400, Code: code, Class: provider.Rejected, Means: means, Source: d24Codes}
	}
	denied := func(status int, code, means string) provider.Code {
		return provider.Code{Status: status, Code: code, Class: provider.Denied, Means: means, Source: d24Codes}
	}
	return provider.Codes{
		rejected("300", "a value is missing or wrong"),
		rejected("303", "the bank code is not valid"),
		rejected("504", "the person's registration does not allow it"),
		rejected("508", "above a limit of the person"),
		rejected("515", "the person is blocked"),
		rejected("526", "the currency is not taken"),
		rejected("533", "below the minimum"),
		rejected("540", "an e-mail address or a phone is wanted"),
		rejected("543", "the phone is not valid"),
		denied(400, "302", "the signature is refused"),
		denied(401, "302", "the signature is refused"),
		denied(401, "401", "credentials refused"),
		denied(401, "402", "our address is not listed"),
	}
}

// cashOutWords are the status numbers, the reasons of rejections that matter at a counter, and the codes above.
func cashOutWords() provider.Words {
	return CashOutCodes().Words(provider.Words{
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
	})
}

// cashOutRefusalBody is what stands in an answer that is not good.
type cashOutRefusalBody struct {
	Code    provider.Text  `json:"code"`
	Message provider.Prose `json:"message"`
}

// cashOutRefusal reads a refusal; an empty one if it is none.
func cashOutRefusal(reply provider.Reply) cashOutRefusalBody {
	var r cashOutRefusalBody
	if provider.DecodeJSON(reply.Body, &r) != nil {
		return cashOutRefusalBody{}
	}
	return r
}
