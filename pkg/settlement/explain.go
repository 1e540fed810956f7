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

// ParseLanguage reads "zh", "es" or "en". Error: none of them.
func ParseLanguage(text string) (Language, error) {
	switch l := Language(text); l {
	case English, Spanish, Chinese:
		return l, nil
	}
	return "", fmt.Errorf("settlement: no language %q: use zh, es or en", text)
}

// Explain says in words and arithmetic why a break is one. Numbers are plain decimals in major units.
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
		return decimal(b.Expected, b.expectedCurrency())
	case "difference":
		return decimal(abs(b.Actual-b.Expected), b.Currency)
	case "currency":
		return string(b.Currency)
	case "expected currency":
		return string(b.expectedCurrency())
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

func (b Break) expectedCurrency() money.Currency {
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
	if b.has(FeeDifference) && b.Why.ExpectedFee != nil {
		sums = append(sums, l.cost(l.term(feeTerm), b.Why.Fee, *b.Why.ExpectedFee, b))
	}
	if b.has(TaxDifference) && b.Why.ExpectedTax != nil {
		sums = append(sums, l.cost(l.term(taxTerm), b.Why.Tax, *b.Why.ExpectedTax, b))
	}
	return strings.Join(sums, "; ")
}

// amountSum is how what was settled comes of what was expected.
func (b Break) amountSum(l Language) string {
	settled := l.pick("settled", "liquidado", "实际结算")
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

// sum prints "settled 11750.00 = 12000.00 − fee 210.00 − tax 40.00".
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
		fmt.Fprintf(&s, " %s %s %s", sign, l.term(x.of), decimal(abs(x.minor), c))
	}
	return s.String()
}

// cost prints "fee 250.00 = expected 210.00 + tax 40.00".
func (l Language) cost(what string, actual, expected int64, b Break) string {
	gap := actual - expected
	var candidates []cause
	if what == l.term(feeTerm) {
		candidates = Why{Tax: b.Why.Tax, ExpectedTax: b.Why.ExpectedTax}.costs(sign(gap))
	} else {
		candidates = Why{Fee: b.Why.Fee, ExpectedFee: b.Why.ExpectedFee}.costs(sign(gap))
	}
	if abs(gap) <= b.Why.Smallest {
		candidates = []cause{{roundingTerm, gap}}
	}
	return l.sum(what, actual, expected, causesOf(gap, candidates), b.Currency)
}

func sign(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}

// decimals of a currency that the books may not know: files print two then.
func decimals(c money.Currency) int {
	if n, err := c.Exponent(); err == nil {
		return n
	}
	return 2
}

func decimal(minor int64, c money.Currency) string { return money.FormatMinor(minor, decimals(c)) }

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
