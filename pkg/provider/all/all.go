// Package all names every provider. A new one is one folder and one line in each list here.
package all

import (
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/dlocal"
	"github.com/vuelto/vuelto/pkg/provider/ebanx"
	"github.com/vuelto/vuelto/pkg/provider/efecty"
	"github.com/vuelto/vuelto/pkg/provider/epayco"
	"github.com/vuelto/vuelto/pkg/provider/kushki"
	"github.com/vuelto/vuelto/pkg/provider/mercadopago"
	"github.com/vuelto/vuelto/pkg/provider/pagoefectivo"
	"github.com/vuelto/vuelto/pkg/provider/payu"
	"github.com/vuelto/vuelto/pkg/provider/rapyd"
)

// Registry lists the providers that are linked in, by name.
func Registry() provider.Registry {
	return provider.Registry{
		dlocal.Name:       {New: dlocal.New, Words: dlocal.Words},
		ebanx.Name:        {New: ebanx.New, Words: ebanx.Words},
		efecty.Name:       {New: efecty.New, Words: efecty.Words},
		epayco.Name:       {New: epayco.New, Words: epayco.Words},
		kushki.Name:       {New: kushki.New, Words: kushki.Words},
		mercadopago.Name:  {New: mercadopago.New, Words: mercadopago.Words},
		pagoefectivo.Name: {New: pagoefectivo.New, Words: pagoefectivo.Words},
		payu.Name:         {New: payu.New, Words: payu.Words},
		rapyd.Name:        {New: rapyd.New, Words: rapyd.Words},
	}
}

// Whose lists what says whose account one is, by provider. Enrolment alone compares it: it is not of the registry, so that no
// function has to carry it.
func Whose() map[string]provider.Whose {
	return map[string]provider.Whose{
		dlocal.Name:       dlocal.Whose,
		ebanx.Name:        ebanx.Whose,
		efecty.Name:       efecty.Whose,
		epayco.Name:       epayco.Whose,
		kushki.Name:       kushki.Whose,
		mercadopago.Name:  mercadopago.Whose,
		pagoefectivo.Name: pagoefectivo.Whose,
		payu.Name:         payu.Whose,
		rapyd.Name:        rapyd.Whose,
	}
}
