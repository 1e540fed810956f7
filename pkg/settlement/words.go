package settlement

import (
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
)

// pick is the text in the language.
func (l Language) pick(en, es, zh string) string {
	switch l {
	case Spanish:
		return es
	case Chinese:
		return zh
	}
	return en
}

// unexplained is what no set of causes adds up to.
const unexplained term = -1

// term names a cause of a difference in a currency.
func (l Language) term(t term, c money.Currency) string {
	tax := l.tax(c)
	switch t {
	case feeTerm:
		return l.pick("fee", "comisión", "手续费")
	case taxTerm:
		return tax
	case expectedFeeTerm:
		return l.pick("expected fee", "comisión esperada", "预期手续费")
	case expectedTaxTerm:
		return l.pick("expected "+tax, tax+" esperado", "预期 "+tax)
	case gainTerm:
		return l.pick("FX gain", "ganancia cambiaria", "汇兑收益")
	case lossTerm:
		return l.pick("FX loss", "pérdida cambiaria", "汇兑损失")
	case roundingTerm:
		return l.pick("rounding", "redondeo", "尾差")
	}
	return l.pick("unexplained", "sin explicación", "无法解释")
}

// tax is what the country of a currency calls its tax on costs.
func (l Language) tax(c money.Currency) string {
	switch c {
	case money.COP:
		return "IVA"
	case money.PEN:
		return "IGV"
	}
	return l.pick("tax", "impuesto", "税")
}

// sentence is what a class means, with the names of numbers in braces.
func sentence(c Class) (en, es, zh string) {
	switch c {
	case Unreadable:
		return "the line cannot be read: {reason}", "la línea no se puede leer: {reason}", "此行无法读取：{reason}"
	case DuplicateRow:
		return "the same line stands earlier in the run; its {actual} {currency} count once",
			"la misma línea ya figura antes; sus {actual} {currency} cuentan una sola vez",
			"与前面的一行完全相同，{actual} {currency} 只计一次"
	case Reversed:
		return "{actual} {currency} take back {entry id}", "{actual} {currency} revierten {entry id}",
			"{actual} {currency} 冲正 {entry id}"
	case ReferenceSwapped:
		return "transaction id and reference stand in each other's place: the books have {entry transaction} as the transaction",
			"el id de transacción y la referencia están intercambiados: en los libros la transacción es {entry transaction}",
			"交易号与参考号互换：账上的交易号是 {entry transaction}"
	case CurrencyMismatch:
		return "settled {actual} {currency}, the books expect {expected} {expected currency}",
			"liquidado {actual} {currency}, los libros esperan {expected} {expected currency}",
			"实际结算 {actual} {currency}，账上应为 {expected} {expected currency}"
	case StatusMismatch:
		return "the row says {status}, the books say {entry status}", "la fila dice {status}, los libros dicen {entry status}",
			"结算行状态为 {status}，账上为 {entry status}"
	case Exponent:
		return "the amounts differ by a factor of exactly 100", "los importes difieren en un factor de exactamente 100",
			"金额恰好相差 100 倍"
	case Split:
		return "{actual} {currency} are one part of {entry id}; the parts of {reference} add up exactly",
			"{actual} {currency} son una parte de {entry id}; las partes de {reference} suman exactamente",
			"{actual} {currency} 是 {entry id} 的一部分，{reference} 的各部分合计正好相符"
	case DuplicatePayment:
		return "{reference} has another row that settles it already; {actual} {currency} came on top",
			"{reference} ya tiene otra fila que la liquida; {actual} {currency} llegaron de más",
			"{reference} 已有另一行结算，{actual} {currency} 为多出的一笔"
	case Rounding:
		return "the amounts differ by no more than the smallest amount", "los importes difieren en no más que el importe mínimo",
			"金额之差不超过最小单位"
	case AmountOver, AmountUnder:
		return amountSentence(c)
	}
	return laterSentence(c)
}

func amountSentence(c Class) (en, es, zh string) {
	if c == AmountOver {
		return "settled more than expected by {difference} {currency}", "liquidado de más: {difference} {currency}",
			"结算多出 {difference} {currency}"
	}
	return "settled less than expected by {difference} {currency}", "liquidado de menos: {difference} {currency}",
		"结算少了 {difference} {currency}"
}

// laterSentence are the classes about something else than who is who and how much.
func laterSentence(c Class) (en, es, zh string) {
	switch c {
	case NetMismatch:
		return "the row's own columns add up to {sum} {currency}, it says net {net}",
			"las columnas de la fila suman {sum} {currency}, pero dice neto {net}",
			"该行各列合计 {sum} {currency}，却写净额 {net}"
	case FXDifference:
		return "at the locked rate {rate}{source} {expected} {currency} were due", "a la tasa fijada {rate}{source} correspondían {expected} {currency}",
			"按锁定汇率 {rate}{source} 应为 {expected} {currency}"
	case FeeDifference:
		return "the fee is {fee} {currency}, expected {expected fee}", "la comisión es {fee} {currency}, esperada {expected fee}",
			"手续费 {fee} {currency}，预期 {expected fee}"
	case TaxDifference:
		return "the tax is {tax} {currency}, expected {expected tax}", "el impuesto es {tax} {currency}, esperado {expected tax}",
			"税 {tax} {currency}，预期 {expected tax}"
	case IDMismatch:
		return "found by reference, but the transaction is {transaction} here and {entry transaction} in the books",
			"hallada por referencia, pero la transacción aquí es {transaction} y en los libros {entry transaction}",
			"按参考号找到，但此处交易号为 {transaction}，账上为 {entry transaction}"
	case DateShift:
		return "dated {day} here, {entry day} in the books", "fechada {day} aquí, {entry day} en los libros",
			"此处日期 {day}，账上 {entry day}"
	case LateSettlement:
		return "was due on {due}", "debía liquidarse el {due}", "应于 {due} 结算"
	case MissingAtNetwork:
		return "{expected} {currency} were due on {due} and no row shows them",
			"{expected} {currency} debían liquidarse el {due} y ninguna fila los muestra",
			"{expected} {currency} 应于 {due} 结算，但没有任何结算行"
	case MissingInBooks:
		return "{actual} {currency} were settled and the books know nothing of it",
			"se liquidaron {actual} {currency} y los libros no saben de ello", "已结算 {actual} {currency}，账上没有记录"
	}
	return string(c), string(c), string(c)
}

// reason says in the language why a line could not be read. Readers give the reason in English, in one of these forms.
func (l Language) reason(text string) string {
	for _, form := range [][3]string{
		{" is not a decimal", " no es un número decimal", " 不是小数"},
		{" is too large", " es demasiado grande", " 过大"},
		{" is negative", " es negativo", " 为负数"},
		{" is not positive", " no es positivo", " 不是正数"},
		{" is not a date", " no es una fecha", " 不是日期"},
		{" is more than 1400 days from the settlement day, as in another calendar", " está a más de 1400 días del día de liquidación, como en otro calendario",
			" 与结算日相差超过 1400 天，应为其他历法"},
		{" is not three capital letters", " no son tres letras mayúsculas", " 不是三个大写字母"},
		{" is empty", " está vacío", " 为空"},
		{" is not UTF-8", " no es UTF-8", " 不是 UTF-8"},
	} {
		if what, found := strings.CutSuffix(text, form[0]); found {
			return what + l.pick(form[0], form[1], form[2])
		}
	}
	for _, form := range [][3]string{
		{" fields instead of ", " campos en lugar de ", " 个字段，应为 "},
		{" is none of ", " no es ninguno de ", " 不是以下之一："},
	} {
		if before, after, found := strings.Cut(text, form[0]); found {
			return before + l.pick(form[0], form[1], form[2]) + after
		}
	}
	return text
}
