package settlement

// Titles are the workbook's sheets and columns in a language. What scripts read, the CSV, is named alike in every one.
func Titles(l Language, names ...string) []string {
	var titles map[string]string
	switch l {
	case Spanish:
		titles = spanishTitles()
	case Chinese:
		titles = chineseTitles()
	default:
		return names
	}
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = titles[name]
	}
	return list
}

func spanishTitles() map[string]string {
	return map[string]string{"class": "clase", "also": "además", "kind": "tipo", "id": "id", "reference": "referencia", "transaction_id": "transacción",
		"file": "archivo", "line": "línea", "expected": "esperado", "actual": "recibido", "difference": "diferencia", "currency": "moneda",
		"business_day": "día hábil", "due_day": "vencimiento", "explanation": "explicación", "gross": "bruto", "fee": "comisión", "tax": "impuesto",
		"net": "neto", "rows": "filas", "entries": "asientos", "matched": "conciliados", "pending": "pendientes", "breaks": "diferencias",
		"in other currencies": "en otras monedas", "shown in": "mostrado en", "amount": "importe", "source": "fuente", "pair": "par", "rate": "tasa",
		"rate of": "tasa del día", "no rate known": "sin tasa conocida"}
}

func chineseTitles() map[string]string {
	return map[string]string{"class": "类别", "also": "另有", "kind": "类型", "id": "账目编号", "reference": "参考号", "transaction_id": "交易号",
		"file": "文件", "line": "行号", "expected": "应结算", "actual": "实际", "difference": "差额", "currency": "币种",
		"business_day": "营业日", "due_day": "到期日", "explanation": "说明", "gross": "总额", "fee": "手续费", "tax": "税",
		"net": "净额", "rows": "行数", "entries": "账目", "matched": "已对平", "pending": "未到期", "breaks": "差异",
		"in other currencies": "折合其他币种", "shown in": "折合币种", "amount": "金额", "source": "来源", "pair": "货币对", "rate": "汇率",
		"rate of": "汇率日期", "no rate known": "无可用汇率"}
}
