package notify

import (
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/notice"
)

// message is a notice in the lengths of its channels. No subject holds anything that a buyer wrote.
type message struct{ subject, long, short string }

// asked is the link by which a buyer tells what is asked of them, and until when it holds.
type asked struct {
	link  string
	until time.Time
}

// write makes the message. What people typed is cut to what a name can be.
func write(kind notice.Kind, d disbursement.Disbursement, to identity.Person, shop string, a asked) message {
	shop, order := plain(shop, 40), plain(d.Order, 64)
	hello := "Hola:"
	if name := plain(to.Name.Reveal(), 60); name != "" {
		hello = "Hola, " + name + ":"
	}
	about := "su pago"
	if d.Kind == disbursement.Refund {
		about = "su reembolso"
	}
	if order != "" {
		about += " del pedido " + order
	}
	sum := amount(d.Amount)
	switch kind {
	case notice.Ready:
		code, until := plain(d.CashCode, 40), ""
		if !d.CashExpires.IsZero() {
			until = " hasta el " + d.CashExpires.UTC().Add(-5*60*60*1e9).Format("02/01/2006 15:04")
		}
		return message{"Su dinero está listo para retirar",
			fmt.Sprintf("%s\n\n%s, por %s, está listo para retirar en efectivo%s.\n\nCódigo de retiro: %s\n\nLleve su documento de identidad. No comparta el código: quien lo tiene puede cobrar.\n\n%s\n",
				hello, capital(about), sum, until, code, shop),
			fmt.Sprintf("%s: %s por %s está listo para retirar%s. Código: %s", shop, about, sum, until, code)}
	case notice.Expiring:
		code, until := plain(d.CashCode, 40), d.CashExpires.UTC().Add(-5*60*60*1e9).Format("02/01/2006 15:04")
		return message{"Su código de retiro está por vencer",
			fmt.Sprintf("%s\n\n%s, por %s, sigue sin retirar. El código vence el %s.\n\nCódigo de retiro: %s\n\nLleve su documento de identidad. No comparta el código: quien lo tiene puede cobrar. Si ya retiró el dinero, ignore este mensaje.\n\n%s\n",
				hello, capital(about), sum, until, code, shop),
			fmt.Sprintf("%s: %s por %s sigue sin retirar. Código: %s. Vence el %s", shop, about, sum, code, until)}
	case notice.Details:
		until := a.until.UTC().Add(-5 * 60 * 60 * 1e9).Format("02/01/2006 15:04")
		return message{"Faltan datos para su reembolso",
			fmt.Sprintf("%s\n\nPara pagarle %s, por %s, nos faltan datos suyos. Escríbalos en esta página hasta el %s:\n\n%s\n\nEl enlace es solo para usted y sirve una vez. Nunca le pediremos claves, códigos ni números de tarjeta.\n\n%s\n",
				hello, about, sum, until, a.link, shop),
			fmt.Sprintf("%s: faltan datos para pagarle %s por %s. Escríbalos hasta el %s: %s", shop, about, sum, until, a.link)}
	default:
		return message{"Su dinero fue entregado",
			fmt.Sprintf("%s\n\n%s, por %s, fue entregado. Si no lo reconoce, responda a la tienda donde compró.\n\n%s\n", hello, capital(about), sum, shop),
			fmt.Sprintf("%s: %s por %s fue entregado.", shop, about, sum)}
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// amount as it is written where the currency is used: $ 50.000 in Colombia, S/ 120.50 in Peru.
func amount(a money.Amount) string {
	whole, cents := a.Minor()/100, a.Minor()%100
	switch a.Currency() {
	case money.COP:
		text := "$ " + grouped(whole, ".")
		if cents != 0 {
			text += fmt.Sprintf(",%02d", cents)
		}
		return text
	case money.PEN:
		return fmt.Sprintf("S/ %s.%02d", grouped(whole, ","), cents)
	}
	return fmt.Sprintf("%s %s.%02d", a.Currency(), grouped(whole, ","), cents)
}

func grouped(n int64, by string) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + by + digits[i:]
	}
	return digits
}

// maxMarks is how many combining marks a letter may carry; Vietnamese needs two.
const maxMarks = 2

// plain is a text without control characters, line breaks and heaps of combining marks, of at most n characters.
func plain(s string, n int) string {
	var out []rune
	marks, space := 0, true
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > maxMarks {
				continue
			}
		case unicode.IsSpace(r):
			if marks = 0; space {
				continue
			}
			r, space = ' ', true
		case !unicode.IsPrint(r):
			continue
		default:
			marks, space = 0, false
		}
		if out = append(out, r); len(out) == n {
			break
		}
	}
	return strings.TrimSpace(string(out))
}

// mailAddress is the address if it is a plain one; empty if nothing can be sent there.
func mailAddress(s string) string {
	s = strings.TrimSpace(s)
	at, err := mail.ParseAddress(s)
	if err != nil || at.Name != "" || at.Address != s || len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }) {
		return ""
	}
	return s
}

// phoneNumber is a mobile number in E.164; numbers without a country are of the network's. Empty if it is none.
func phoneNumber(s, network string) string {
	international := strings.HasPrefix(strings.TrimSpace(s), "+")
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	switch {
	case international && len(digits) >= 8 && len(digits) <= 15 && digits[0] != '0':
		return "+" + digits
	case international:
		return ""
	case network == "efecty" && len(digits) == 10 && digits[0] == '3':
		return "+57" + digits
	case network == "pagoefectivo" && len(digits) == 9 && digits[0] == '9':
		return "+51" + digits
	}
	return ""
}
