package identity

import "strings"

// Scheme is how one provider names and spells documents.
type Scheme string

const (
	SchemeDLocal       Scheme = "dlocal"
	SchemeD24          Scheme = "d24"
	SchemePayU         Scheme = "payu"
	SchemeMercadoPago  Scheme = "mercadopago"
	SchemePagsmile     Scheme = "pagsmile"
	SchemePagoEfectivo Scheme = "pagoefectivo"
	SchemeEBANX        Scheme = "ebanx"
	SchemeKushki       Scheme = "kushki"
	SchemeEPayco       Scheme = "epayco"
)

// Schemes lists every scheme.
func Schemes() []Scheme {
	return []Scheme{SchemeDLocal, SchemeD24, SchemePayU, SchemeMercadoPago, SchemePagsmile, SchemePagoEfectivo, SchemeEBANX,
		SchemeKushki, SchemeEPayco}
}

// In is the code and the number of a document as a provider takes them; false if it does not take this one, which is to
// be told to the merchant before anything is sent.
func (d Document) In(s Scheme) (code, number string, ok bool) {
	if code, ok = d.code(s); !ok {
		return "", "", false
	}
	number = d.Full()
	switch {
	case d.Type == NIT && s == SchemePayU:
		number = d.Hyphenated() // documented sample: 830140299-6
	case d.Type == DNI:
		number = string(d.Number) // nobody asks for the check character
	}
	least, most := d.limits(s)
	ok = len(number) >= least && len(number) <= most
	if s == SchemeD24 { // its table of Colombia says "numeric" of every type, passports too
		ok = ok && strings.Trim(number, "0123456789") == ""
	}
	return code, number, ok
}

// code is the type's name at a provider.
func (d Document) code(s Scheme) (string, bool) {
	t := string(d.Type)
	switch s {
	case SchemeDLocal, SchemeD24: // docs/colombia-payouts-v3, cash-outs: PASS
		if d.Type == PAS {
			t = "PASS"
		}
		return t, d.Country == "PE" || d.Type == CC || d.Type == NIT || d.Type == CE || d.Type == PAS || (s == SchemeDLocal && d.Type == PEP)
	case SchemePayU: // payments-api-colombia: CC CE NIT TI PP …; Peru: DNI CE RUC …
		if d.Type == PAS {
			t = "PP"
		}
		return t, d.Type != PEP && d.Type != PPT
	case SchemePagsmile: // CC CE PEP PPT CV TI PAS
		return t, d.Country == "CO" && d.Type != NIT
	case SchemePagoEfectivo: // DNI PAS NAN; PAR and LMI, which no rule describes and nobody else takes, are none of ours: its adapter passes them on
		if d.Type != DNI && d.Type != PAS {
			t = "NAN"
		}
		return t, true
	case SchemeMercadoPago: // identification_types of MCO and MPE: CC CE NIT; DNI RUC CE
		return t, d.Type != PAS && d.Type != PEP && d.Type != PPT && d.Type != TI
	case SchemeEBANX: // CC/NIT/CE with 2 to 15 digits; in Peru the number goes without a type
		return t, d.Country == "PE" || d.Type == CC || d.Type == NIT || d.Type == CE
	case SchemeKushki: // CC NIT CE TI PP; DNI RUC CE PP, as the cash form lists them
		if d.Type == PAS {
			t = "PP"
		}
		return t, d.Type != PEP && d.Type != PPT
	case SchemeEPayco: // doc_type of the SDKs: CC CE NIT TI PPN
		if d.Type == PAS {
			t = "PPN"
		}
		return t, d.Country == "CO" && d.Type != PEP && d.Type != PPT
	}
	return "", false
}

// limits are the provider's own lengths of the number as it is sent, where it states them.
func (d Document) limits(s Scheme) (least, most int) {
	switch {
	case s == SchemeDLocal && d.Type == NIT:
		return 10, 11
	case s == SchemeD24 && d.Type == NIT:
		return 8, 15
	case s == SchemeD24 && d.Country == "CO": // CC, CE and PASS
		return 6, 10
	case s == SchemeEBANX:
		return 2, 15
	case s == SchemePagoEfectivo:
		return 1, 14
	}
	return 1, 20
}
