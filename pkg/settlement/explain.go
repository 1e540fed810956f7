package settlement

import (
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
)

// Language of an explanation.
type Language string

const (
	English Language = "en"
	Spanish Language = "es"
	Chinese Language = "zh"
)

// Languages lists every language.
func Languages() []Language { return []Language{English, Spanish, Chinese} }

// ParseLanguage reads "zh", "es" or "en". Error: none of them.
func ParseLanguage(text string) (Language, error) {
	switch l := Language(text); l {
	case English, Spanish, Chinese:
		return l, nil
	}
	return "", fmt.Errorf("settlement: no language %q: use zh, es or en", text)
}

// Explain says in words and arithmetic why a break is one. Numbers are in major units.
func Explain(b Break, l Language) string {
	text := l.pick(sentence(b.Class))
	if b.Class == MissingInBooks && b.Kind == "" {
		text = l.pick("a REVERSAL of {actual} {currency} names nothing in the books",
			"una REVERSAL de {actual} {currency} no nombra nada en los libros",
			"REVERSAL {actual} {currency}，账上没有可冲正的记录")
	}
	text = fill(text, func(name string) string { return b.value(name, l) })
	if sums := b.arithmetic(l); sums != "" {
		text += l.pick(": ", ": ", "：") + sums
	}
	return text
}

// fill puts values in the place of {names}.
func fill(text string, value func(name string) string) string {
	var s strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		s.WriteString(before)
		if !found {
			return s.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		s.WriteString(value(name))
		text = after
	}
}

// value is what a {name} of a sentence stands for.
func (b Break) value(name string, l Language) string {
	w := b.Why
	switch name {
	case "actual":
		return decimal(b.Actual, b.Currency)
	case "expected":
		return decimal(b.Expected, b.ExpectedIn())
	case "difference":
		return decimal(abs(b.Actual-b.Expected), b.Currency)
	case "currency":
		return string(b.Currency)
	case "expected currency":
		return string(b.ExpectedIn())
	case "fee":
		return decimal(w.Fee, b.Currency)
	case "tax":
		return decimal(w.Tax, b.Currency)
	case "net":
		return decimal(w.Net, b.Currency)
	case "sum":
		return decimal(b.Actual-w.Fee-w.Tax, b.Currency)
	case "expected fee":
		return optional(w.ExpectedFee, b)
	case "expected tax":
		return optional(w.ExpectedTax, b)
	case "rate":
		return rate(w.Rate)
	case "source":
		return w.Rate.source()
	}
	return b.word(name, l)
}

func (b Break) word(name string, l Language) string {
	switch name {
	case "reason":
		return l.reason(b.Reason)
	case "status":
		return b.Why.Status
	case "entry status":
		return b.Why.EntryStatus
	case "entry id":
		return b.ID
	case "entry transaction":
		return b.Why.EntryTxnID
	case "transaction":
		return b.TransactionID
	case "reference":
		return b.Reference
	case "day":
		return b.BusinessDay.String()
	case "entry day":
		return b.Why.EntryDay.String()
	case "due":
		return b.DueDay.String()
	}
	return "{" + name + "}"
}

// ExpectedIn is the currency of Expected.
func (b Break) ExpectedIn() money.Currency {
	if b.ExpectedCurrency != "" {
		return b.ExpectedCurrency
	}
	return b.Currency
}

// arithmetic is the sum behind every difference that the break has, whatever its class.
func (b Break) arithmetic(l Language) string {
	var sums []string
	if b.Why.Sized && b.Actual != b.Expected {
		sums = append(sums, b.amountSum(l))
	}
	if gap := b.Why.Net - (b.Actual - b.Why.Fee - b.Why.Tax); gap != 0 && b.Class != Unreadable && b.Class != MissingAtNetwork {
		sums = append(sums, l.sum(l.pick("net", "neto", "净额"), b.Why.Net, b.Why.Net-gap, b.netCauses(), b.Currency))
	}
	if b.Class == Reversed {
		return strings.Join(sums, "; ") // what was expected is the cost of what it takes back
	}
	if expected := b.expectedCosts(l); len(expected) > 0 {
		if b.Why.Net == b.Actual-b.Why.Fee-b.Why.Tax {
			sums = append(sums, b.costSum(l))
		}
		sums = append(sums, strings.Join(expected, ", "))
	}
	return strings.Join(sums, "; ")
}

// costSum is how the money that came follows from the amount: "settled 11,750 = 12,000 − fee 210 − IVA 40".
func (b Break) costSum(l Language) string {
	var costs []cause
	for _, c := range []cause{{feeTerm, -b.Why.Fee}, {taxTerm, -b.Why.Tax}} {
		if c.minor != 0 {
			costs = append(costs, c)
		}
	}
	settled := l.pick("settled", "liquidado", "实际结算")
	if len(costs) == 0 {
		return settled + " " + decimal(b.Why.Net, b.Currency)
	}
	return l.sum(settled, b.Why.Net, b.Actual, costs, b.Currency)
}

// expectedCosts are the costs that differ, as they were expected.
func (b Break) expectedCosts(l Language) []string {
	var list []string
	if b.has(FeeDifference) && b.Why.ExpectedFee != nil {
		list = append(list, l.term(expectedFeeTerm, b.Currency)+" "+decimal(*b.Why.ExpectedFee, b.Currency))
	}
	if b.has(TaxDifference) && b.Why.ExpectedTax != nil {
		list = append(list, l.term(expectedTaxTerm, b.Currency)+" "+decimal(*b.Why.ExpectedTax, b.Currency))
	}
	return list
}

// amountSum is how what was settled comes of what was expected.
func (b Break) amountSum(l Language) string {
	settled := l.pick("settled", "liquidado", "实际结算")
	if b.has(FXDifference) && b.Why.Rate != nil {
		return l.sum(settled, b.Actual, b.Expected, []cause{{exchangeTerm(b.Actual - b.Expected), b.Actual - b.Expected}}, b.Currency)
	}
	if b.Actual == -b.Expected {
		return l.pick("the sign is the wrong way round", "el signo está al revés", "正负号相反")
	}
	if hundredfold(abs(b.Expected), abs(b.Actual)) {
		by := "× 100"
		if abs(b.Actual) < abs(b.Expected) {
			by = "÷ 100"
		}
		return fmt.Sprintf("%s %s = %s %s", settled, decimal(b.Actual, b.Currency), decimal(b.Expected, b.Currency), by)
	}
	return l.sum(settled, b.Actual, b.Expected, b.amountCauses(), b.Currency)
}

func (b Break) has(c Class) bool {
	if b.Class == c {
		return true
	}
	for _, a := range b.Also {
		if a == c {
			return true
		}
	}
	return false
}

// sum prints "settled 11,750 = 12,000 − fee 210 − IVA 40".
func (l Language) sum(what string, actual, expected int64, causes []cause, c money.Currency) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s = %s", what, decimal(actual, c), decimal(expected, c))
	if causes == nil {
		causes = []cause{{unexplained, actual - expected}}
	}
	for _, x := range causes {
		sign := "+"
		if x.minor < 0 {
			sign = "−"
		}
		fmt.Fprintf(&s, " %s %s %s", sign, l.term(x.of, c), decimal(abs(x.minor), c))
	}
	return s.String()
}

// decimals of a currency that the books may not know: files print two then.
func decimals(c money.Currency) int {
	if n, err := c.Exponent(); err == nil {
		return n
	}
	return 2
}

// decimal is an amount as people read it: "11,750", "-1,234.50".
func decimal(minor int64, c money.Currency) string {
	text := money.FormatMinor(minor, decimals(c))
	whole, fraction, _ := strings.Cut(text, ".")
	sign, digits := "", whole
	if minor < 0 {
		sign, digits = whole[:1], whole[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if strings.Trim(fraction, "0") != "" {
		digits += "." + fraction
	}
	return sign + digits
}

func optional(minor *int64, b Break) string {
	if minor == nil {
		return "-"
	}
	return decimal(*minor, b.Currency)
}

func rate(l *Lock) string {
	if l == nil {
		return "-"
	}
	return money.FormatMinor(l.Units, l.Decimals)
}

// source is who said what the rate was, in brackets; empty if nobody is named.
func (l *Lock) source() string {
	if l == nil || l.Source == "" {
		return ""
	}
	return " (" + l.Source + ")"
}

// exchangeTerm is what a difference to the locked rate is called: more for the merchant is a gain.
func exchangeTerm(minor int64) term {
	if minor < 0 {
		return lossTerm
	}
	return gainTerm
}
