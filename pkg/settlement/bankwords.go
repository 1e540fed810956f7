package settlement

import (
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
)

// Explain says in words and arithmetic how a leg adds up, or by what it does not.
func (l Leg) Explain(in Language) string {
	sum := l.sum(in)
	switch l.Class {
	case MissingInBooks:
		return in.pick("no settlement day accounts for it: ", "ningún día de liquidación lo explica: ", "没有任何结算日与之对应：") + sum
	case MissingAtNetwork:
		return in.pick("was due at the bank on "+l.Due.String()+" and no deposit shows it: ", "debía estar en el banco el "+l.Due.String()+" y ningún abono lo muestra: ",
			"应于 "+l.Due.String()+" 到账，但没有任何入账：") + sum
	case CurrencyMismatch:
		return in.pick("the bank was paid in another currency: ", "el banco recibió otra moneda: ", "银行入账币种不同：") + sum
	case LateSettlement:
		return in.pick("came after "+l.Due.String()+": ", "llegó después del "+l.Due.String()+": ", "晚于 "+l.Due.String()+" 到账：") + sum
	case DateShift:
		return in.pick("came before its settlement day: ", "llegó antes de su día de liquidación: ", "早于结算日到账：") + sum
	}
	if l.Pending {
		return in.pick("due at the bank on "+l.Due.String()+": ", "debe llegar al banco el "+l.Due.String()+": ", "应于 "+l.Due.String()+" 到账：") + sum
	}
	return sum
}

// sum is "deposited 23,420 (2026-11-24) = 11,710 (efecty-demo 2026-11-20) + 11,710 (efecty-demo 2026-11-23) − unexplained 20".
func (l Leg) sum(in Language) string {
	var came, owed []string
	for _, d := range l.Came {
		came = append(came, decimal(d.Minor, d.Currency)+l.coin(d.Currency)+" ("+d.Day.String()+")")
	}
	for _, p := range l.Owed {
		owed = append(owed, decimal(p.Net, p.Currency)+l.coin("")+" ("+p.Account+" "+p.Day.String()+")")
	}
	deposited := in.pick("deposited ", "abonado ", "银行入账 ")
	switch {
	case len(owed) == 0:
		return deposited + strings.Join(came, " + ")
	case len(came) == 0:
		return in.pick("settled ", "liquidado ", "实际结算 ") + strings.Join(owed, " + ")
	case l.Class == CurrencyMismatch:
		return deposited + strings.Join(came, " + ") + " ≠ " + strings.Join(owed, " + ")
	case l.Class == Exponent && abs(l.Actual) > abs(l.Expected):
		return deposited + strings.Join(came, " + ") + " = (" + strings.Join(owed, " + ") + ") × 100"
	case l.Class == Exponent:
		return deposited + strings.Join(came, " + ") + " = (" + strings.Join(owed, " + ") + ") ÷ 100"
	}
	text := deposited + strings.Join(came, " + ") + " = " + strings.Join(owed, " + ")
	if gap := l.Actual - l.Expected; gap != 0 {
		cause, sign := unexplained, " + "
		if l.Class == Rounding {
			cause = roundingTerm
		}
		if gap < 0 {
			sign = " − "
		}
		text += sign + in.term(cause, l.Currency) + " " + decimal(abs(gap), l.Currency)
	}
	return text
}

// coin names a currency where the leg has more than one.
func (l Leg) coin(c money.Currency) string {
	if l.Class != CurrencyMismatch {
		return ""
	}
	if c == "" {
		c = l.Currency
	}
	return " " + string(c)
}

// NextAction is the one safe next step for a leg that is a break, in words.
func (l Leg) NextAction(in Language) string {
	switch l.Class {
	case "":
		return in.pick("Nothing.", "Nada.", "无需处理。")
	case MissingInBooks:
		return in.pick("Find out what it pays; upload the settlement file it belongs to, or put the reconciliation's id into its reference.",
			"Averigüe qué paga; suba el archivo de liquidación al que pertenece o ponga el id de la conciliación en su referencia.",
			"查明其对应的款项，上传所属结算文件，或在其参考号中填写对账编号。")
	case MissingAtNetwork:
		return in.pick("Check a newer bank statement; then ask the provider for the proof of payment.",
			"Revise un extracto bancario más reciente; luego pida al proveedor el comprobante de pago.", "先核对最新银行流水，再向服务商索取付款凭证。")
	case Rounding, LateSettlement, DateShift:
		return in.pick("Note it; no money is missing.", "Anótelo; no falta dinero.", "记录即可，资金无缺。")
	}
	return in.pick("Ask the bank for its charges and the provider for its remittance advice; the difference is not explained.",
		"Pida al banco sus cargos y al proveedor su aviso de pago; la diferencia no está explicada.", "向银行核实手续费，并向服务商索取汇款通知，差额尚无解释。")
}
