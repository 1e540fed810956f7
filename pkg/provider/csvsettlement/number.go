package csvsettlement

import (
	"errors"
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
)

var errNumber = errors.New("csvsettlement: not a number of this report")

// minor reads an amount as the report prints it. Groups must be whole: "1.234" with a dot for thousands is 1234, and
// "12.34" is refused, because it is more likely another report's than a mistake in the grouping.
func (layout Layout) minor(text string, exponent int) (int64, error) {
	if !layout.mapped() {
		return money.ParseMinor(text, exponent)
	}
	text = strings.TrimSpace(text)
	negative := false
	if inner, ok := strings.CutPrefix(text, "("); ok { // as accountants write it
		if text, ok = strings.CutSuffix(inner, ")"); !ok {
			return 0, errNumber
		}
		negative = true
	}
	if rest, ok := strings.CutPrefix(text, "-"); ok && !negative {
		text, negative = rest, true
	}
	text = strings.TrimPrefix(text, "+")
	mark := "."
	if layout.Decimal != 0 {
		mark = string(layout.Decimal)
	}
	whole, fraction, dotted := strings.Cut(text, mark)
	whole, err := layout.ungroup(whole)
	if err != nil || (dotted && fraction == "") || strings.HasPrefix(whole, "-") {
		return 0, errNumber
	}
	if dotted {
		whole += "." + fraction
	}
	minor, err := money.ParseMinor(whole, exponent)
	if negative {
		minor = -minor
	}
	return minor, err
}

func (layout Layout) ungroup(whole string) (string, error) {
	if layout.Thousands == 0 || !strings.Contains(whole, string(layout.Thousands)) {
		return whole, nil
	}
	groups := strings.Split(whole, string(layout.Thousands))
	for i, g := range groups {
		if len(g) > 3 || g == "" || (i > 0 && len(g) != 3) {
			return "", errNumber
		}
	}
	return strings.Join(groups, ""), nil
}
