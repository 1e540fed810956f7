package discrepancy

import "github.com/vuelto/vuelto/pkg/settlement"

// NextAction is the one safe next step for an open break, in words.
func NextAction(d Discrepancy, s Standing, l settlement.Language) string {
	en, es, zh := advice(d, s)
	switch l {
	case settlement.Spanish:
		return es
	case settlement.Chinese:
		return zh
	}
	return en
}

func advice(d Discrepancy, s Standing) (en, es, zh string) {
	switch {
	case s.Status == Closed:
		return "Nothing: its day is closed.", "Nada: su día está cerrado.", "无需处理：当日已关账。"
	case s.Settled():
		return "Nothing until its day is closed.", "Nada hasta que se cierre su día.", "关账前无需再处理。"
	case s.Superseded:
		return "What was decided was about other numbers: look at it again.", "Lo decidido se refería a otras cifras: revíselo de nuevo.",
			"原处理针对的是其他数字，请重新核对。"
	case s.Lapsed:
		return "It was expected by now: ask the network where it is.", "Ya debía haber llegado: pregunte a la red dónde está.", "预计日期已过，请向渠道查询。"
	}
	return byClass(d.Class)
}

// byClass is what to do first about a class of break.
func byClass(c settlement.Class) (en, es, zh string) {
	switch c {
	case settlement.Unreadable:
		return "Ask the provider for a whole file and upload it; the line counts for nothing until then.",
			"Pida al proveedor un archivo completo y súbalo; hasta entonces la línea no cuenta.", "请向服务商索取完整文件并上传，此行暂不计入。"
	case settlement.DuplicateRow:
		return "Check that the bank was credited once; then explain it.", "Verifique que el banco abonó una sola vez; luego explíquelo.",
			"核对银行仅入账一次，然后说明原因。"
	case settlement.Reversed:
		return "Find out why the money was taken back, and whether the buyer has to be told.",
			"Averigüe por qué se revirtió el dinero y si hay que avisar al comprador.", "查明冲正原因，并确认是否需要通知买家。"
	case settlement.StatusMismatch:
		return "Ask the provider for the status of this transaction before anything is paid again.",
			"Pregunte al proveedor el estado de esta transacción antes de pagar nada de nuevo.", "再次付款前，先向服务商查询此交易状态。"
	case settlement.DuplicatePayment:
		return "The buyer paid twice: refund the second payment.", "El comprador pagó dos veces: reembolse el segundo pago.", "买家重复付款：请退还第二笔。"
	case settlement.MissingAtNetwork:
		return "Wait for the next file if it is due only now; else open a dispute with the network.",
			"Espere el siguiente archivo si vence recién ahora; si no, abra un reclamo ante la red.", "若刚到期可等下一个文件，否则向渠道提出争议。"
	case settlement.MissingInBooks:
		return "Find the order it belongs to, or ask the network what it is; do not refund it unseen.",
			"Busque el pedido al que pertenece o pregunte a la red qué es; no lo reembolse sin verlo.", "查找所属订单或询问渠道，不要未经核对就退款。"
	case settlement.FeeDifference, settlement.TaxDifference:
		return "Compare it with the fee contract of that day; dispute it, or correct the contract.",
			"Compárelo con el contrato de comisiones de ese día; reclame o corrija el contrato.", "与当日费率合同核对，提出争议或更正合同。"
	case settlement.FXDifference, settlement.CurrencyMismatch:
		return "Compare it with the locked rate and its source; book the gain or loss, or dispute it.",
			"Compárelo con la tasa fijada y su fuente; registre la ganancia o pérdida, o reclame.", "与锁定汇率及来源核对，记汇兑损益或提出争议。"
	case settlement.Rounding, settlement.DateShift, settlement.LateSettlement:
		return "Explain it; no money is missing.", "Explíquelo; no falta dinero.", "说明原因即可，资金无缺。"
	case settlement.Split:
		return "Check that the parts belong together, then link them.", "Verifique que las partes van juntas y enlácelas.", "确认各部分属于同一笔后关联。"
	case settlement.ReferenceSwapped, settlement.IDMismatch:
		return "Check that it is the same transaction, then match it by hand.", "Verifique que es la misma transacción y empáreela a mano.",
			"确认为同一交易后手工匹配。"
	}
	return "Ask the network about the difference; dispute it, or write it off within the limit.",
		"Pregunte a la red por la diferencia; reclame o castíguela dentro del límite.", "向渠道查询差异，提出争议或在限额内核销。"
}
