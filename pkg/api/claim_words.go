package api

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
)

type option struct{ value, name string }

// label is how a field looks on the buyer's form. input are attributes of ours, never of a buyer's.
type label struct {
	name, hint, input string
	options           []option
}

func labelOf(field identity.Field, country string) label {
	colombia := country == "CO"
	switch field {
	case identity.FieldName:
		return label{name: "Nombre completo", hint: "Como aparece en su documento.", input: `autocomplete="name" maxlength="80"`}
	case identity.FieldEmail:
		return label{name: "Correo electrónico", hint: "Ahí le avisamos.", input: `type="email" autocomplete="email" maxlength="100"`}
	case identity.FieldPhone:
		hint := "9 dígitos, empieza con 9."
		if colombia {
			hint = "10 dígitos, empieza con 3."
		}
		return label{name: "Celular", hint: hint, input: `type="tel" inputmode="tel" autocomplete="tel" maxlength="20"`}
	case identity.FieldDocumentType:
		return label{name: "Tipo de documento", hint: "El de la persona que recibe el dinero."}
	case identity.FieldDocumentNumber:
		return label{name: "Número de documento", hint: "Sin puntos ni espacios.", input: `inputmode="text" autocomplete="off" maxlength="20"`}
	case identity.FieldBank:
		return label{name: "Banco", hint: "Si el suyo no está, escriba a la tienda.", options: banks(country)}
	case identity.FieldAccount:
		hint := "La cuenta de 10 a 14 dígitos, o el CCI de 20."
		if colombia {
			hint = "De 6 a 17 dígitos. Debe ser suya."
		}
		return label{name: "Número de cuenta", hint: hint, input: `inputmode="numeric" autocomplete="off" maxlength="30"`}
	}
	return label{name: "Tipo de cuenta", hint: "", options: []option{{"savings", "Ahorros"}, {"checking", "Corriente"}}}
}

// banks of a country by the codes under which they clear: in Colombia those of Banco de la República's clearing (three
// digits), in Peru the first three digits of a CCI.
func banks(country string) []option {
	if country == "CO" {
		return []option{{"040", "Banco Agrario"}, {"052", "Banco AV Villas"}, {"032", "Banco Caja Social"}, {"001", "Banco de Bogotá"},
			{"023", "Banco de Occidente"}, {"002", "Banco Popular"}, {"007", "Bancolombia"}, {"013", "BBVA"}, {"009", "Citibank"},
			{"051", "Davivienda"}, {"012", "GNB Sudameris"}, {"006", "Itaú"}, {"019", "Scotiabank Colpatria"}}
	}
	return []option{{"038", "BanBif"}, {"018", "Banco de la Nación"}, {"035", "Banco Pichincha"}, {"002", "BCP"}, {"011", "BBVA"},
		{"053", "Banco GNB"}, {"003", "Interbank"}, {"049", "Mibanco"}, {"009", "Scotiabank"}}
}

func documentName(t identity.DocumentType) string {
	return map[identity.DocumentType]string{identity.CC: "Cédula de ciudadanía (CC)", identity.CE: "Extranjería (CE)", identity.NIT: "NIT",
		identity.TI: "Tarjeta de identidad (TI)", identity.PAS: "Pasaporte", identity.PEP: "Permiso especial (PEP)",
		identity.PPT: "Protección temporal (PPT)", identity.DNI: "DNI", identity.RUC: "RUC"}[t]
}

// documentRule says what a number must be like.
func documentRule(t identity.DocumentType, country string) string {
	switch t {
	case identity.CC:
		return "La cédula tiene de 6 a 10 dígitos."
	case identity.CE:
		if country == "PE" {
			return "El carné de extranjería tiene de 9 a 12 caracteres."
		}
		return "La cédula de extranjería tiene de 6 a 12 dígitos."
	case identity.NIT:
		return "Escriba el NIT con su dígito de verificación: 900123456-8."
	case identity.TI:
		return "La tarjeta de identidad tiene 10 u 11 dígitos."
	case identity.PEP:
		return "El PEP tiene 15 dígitos."
	case identity.PPT:
		return "El PPT tiene de 6 a 12 dígitos."
	case identity.DNI:
		return "El DNI tiene 8 dígitos."
	case identity.RUC:
		return "El RUC tiene 11 dígitos y el último debe corresponder."
	}
	return "El pasaporte tiene de 5 a 12 letras y números."
}

// readClaim reads a form by the rules of the country. What it says of a field names the rule, never the value.
func readClaim(form url.Values, v request.Invited) (identity.Person, []claimFault) {
	var faults []claimFault
	var q personRequest
	places := map[identity.Field]*string{identity.FieldName: &q.Name, identity.FieldEmail: &q.Email, identity.FieldPhone: &q.Phone,
		identity.FieldDocumentType: &q.DocumentType, identity.FieldDocumentNumber: &q.DocumentNumber, identity.FieldBank: &q.Bank,
		identity.FieldAccount: &q.Account, identity.FieldAccountType: &q.AccountType}
	for _, f := range v.Fields {
		values := form[string(f)]
		text := identity.Clean(strings.Join(values, ""))
		if len(values) > 1 || !utf8.ValidString(text) {
			faults = append(faults, claimFault{f, "Escriba un solo valor."})
			continue
		}
		text, wrong := claimed(f, text, identity.Clean(form.Get(string(identity.FieldDocumentType))), v)
		if wrong != "" {
			faults = append(faults, claimFault{f, wrong})
		}
		*places[f] = text
	}
	return q.person(), faults
}

// claimed checks one field and gives it as it is kept.
func claimed(f identity.Field, text, documentType string, v request.Invited) (kept, wrong string) {
	chosen := slices.ContainsFunc(labelOf(f, v.Country).options, func(o option) bool { return o.value == text })
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	plain := strings.Trim(text, "0123456789 -.") == ""
	switch f {
	case identity.FieldName:
		return text, unless(utf8.RuneCountInString(text) >= 3 && utf8.RuneCountInString(text) <= 80 && named(text), "Escriba su nombre completo, con letras.")
	case identity.FieldEmail:
		at := strings.IndexByte(text, '@')
		ok := at > 0 && at == strings.LastIndexByte(text, '@') && strings.Contains(text[at+1:], ".") && len(text) <= 100 && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>(),;:\`, r) })
		return text, unless(ok, "Escriba un correo completo, como nombre@ejemplo.com.")
	case identity.FieldPhone:
		first, size, abroad := "9", 9, "51"
		if v.Country == "CO" {
			first, size, abroad = "3", 10, "57"
		}
		own := digits
		if len(digits) == size+len(abroad) {
			own = strings.TrimPrefix(digits, abroad)
		}
		return "+" + abroad + own, unless(len(own) == size && strings.HasPrefix(own, first) && strings.Trim(text, "+0123456789 -.()") == "", "Celular: "+labelOf(f, v.Country).hint)
	case identity.FieldDocumentType:
		return text, unless(slices.Contains(v.Types, identity.DocumentType(text)), "Elija el tipo de documento.")
	case identity.FieldDocumentNumber:
		if !slices.Contains(v.Types, identity.DocumentType(documentType)) {
			return text, unless(text != "", "Escriba el número de documento.")
		}
		_, err := identity.ParseDocument(v.Country, documentType, text)
		return text, unless(err == nil, documentRule(identity.DocumentType(documentType), v.Country))
	case identity.FieldBank:
		return text, unless(chosen, "Elija el banco.")
	case identity.FieldAccount:
		n, ok := len(digits), plain
		if v.Country == "CO" {
			ok = ok && n >= 6 && n <= 17
		} else {
			ok = ok && (n >= 10 && n <= 14 || n == 20)
		}
		return digits, unless(ok, "Número de cuenta: "+labelOf(f, v.Country).hint)
	}
	return text, unless(chosen, "Elija el tipo de cuenta.")
}

func unless(ok bool, wrong string) string {
	if ok {
		return ""
	}
	return wrong
}

// named says that a text can be a name: letters with what stands between them, and no digits or signs.
func named(text string) bool {
	letters := 0
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.Is(unicode.Mn, r), strings.ContainsRune(" '’-.", r):
		default:
			return false
		}
	}
	return letters >= 3
}
