package identity

import (
	"fmt"
	"strings"
)

// nit reads a Colombian tax id. Its check digit is behind a hyphen. Without a hyphen only a company's number tells by its
// shape whether the digit is there: they have nine digits and start with 8 or 9. Any other number of a person is a guess,
// right nine times in ten, which is not enough for money.
func (d *Document) nit(number string) error {
	base, check, hyphen := strings.Cut(number, "-")
	if !digits(base) || (hyphen && (len(check) != 1 || !digits(check))) {
		return fmt.Errorf("%w: NIT is digits, a hyphen and one digit", ErrDocument)
	}
	company := base[0] == '8' || base[0] == '9'
	switch {
	case hyphen:
	case company && len(base) == 9:
		check = NITCheck(base)
	case company && len(base) == 10:
		base, check = base[:9], base[9:]
	default:
		return fmt.Errorf("%w: write the check digit of this NIT behind a hyphen", ErrDocument)
	}
	if len(base) < 6 || len(base) > len(nitWeights()) {
		return fmt.Errorf("%w: NIT has 6 to 15 digits", ErrDocument)
	}
	if NITCheck(base) != check {
		return fmt.Errorf("%w: the check digit of this NIT does not fit", ErrDocument)
	}
	d.Number, d.Check = Sensitive(base), check
	return nil
}

// nitWeights count from the rightmost digit of the base number (DIAN, Orden Administrativa 4 of 1989).
func nitWeights() []int { return []int{3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71} }

// NITCheck is the check digit of a NIT's base number; empty if it is no number of at most 15 digits.
func NITCheck(base string) string {
	weights := nitWeights()
	if !digits(base) || len(base) > len(weights) {
		return ""
	}
	sum := 0
	for i, w := range weights[:len(base)] {
		sum += w * int(base[len(base)-1-i]-'0')
	}
	rest := sum % 11
	if rest > 1 {
		rest = 11 - rest
	}
	return string(rune('0' + rest))
}

// ruc reads a Peruvian tax id: eleven digits, of which the first two say whose it is and the last is the check digit.
// Prefixes 10, 15, 17 and 20 are documented; 16 was seen in practice and is let through for its check digit's sake.
func (d *Document) ruc(number string) error {
	if len(number) != 11 || !digits(number) {
		return fmt.Errorf("%w: RUC has 11 digits", ErrDocument)
	}
	switch number[:2] {
	case "10", "15", "16", "17", "20":
	default:
		return fmt.Errorf("%w: no RUC starts like this one", ErrDocument)
	}
	if RUCCheck(number[:10]) != number[10:] {
		return fmt.Errorf("%w: the check digit of this RUC does not fit", ErrDocument)
	}
	d.Number, d.Check = Sensitive(number[:10]), number[10:]
	return nil
}

// RUCCheck is the check digit of a RUC's first ten digits; empty if there are not ten.
func RUCCheck(first string) string {
	if len(first) != 10 || !digits(first) {
		return ""
	}
	sum := 0
	for i, w := range []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
		sum += w * int(first[i]-'0')
	}
	return string(rune('0' + (11-sum%11)%10))
}

// dni reads a Peruvian identity number: eight digits, and a check character if it was copied along, which is a digit on
// one generation of cards and a letter on another.
func (d *Document) dni(number string) error {
	base, check, _ := strings.Cut(number, "-")
	if len(base) == 9 && check == "" {
		base, check = base[:8], base[8:]
	}
	if len(base) != 8 || !digits(base) || len(check) > 1 {
		return fmt.Errorf("%w: DNI has 8 digits", ErrDocument)
	}
	digit, letter := DNICheck(base)
	if check != "" && check != digit && check != letter {
		return fmt.Errorf("%w: the check character of this DNI does not fit", ErrDocument)
	}
	d.Number, d.Check = Sensitive(base), check
	return nil
}

// DNICheck gives both forms of a DNI's check character; empty if there are not eight digits.
func DNICheck(number string) (digit, letter string) {
	if len(number) != 8 || !digits(number) {
		return "", ""
	}
	sum := 0
	for i, w := range []int{3, 2, 7, 6, 5, 4, 3, 2} {
		sum += w * int(number[i]-'0')
	}
	at := sum % 11
	return "65432110987"[at : at+1], "KJIHGFEDCBA"[at : at+1]
}

// Person is the DNI inside the RUC of a natural person (prefix 10); empty for any other document.
func (d Document) Person() string {
	if d.Type == RUC && strings.HasPrefix(string(d.Number), "10") {
		return string(d.Number[2:])
	}
	return ""
}
