// Package all names every provider. A new one is one folder and one line here.
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
		dlocal.Name:       {New: dlocal.New, Words: dlocal.Words, Whose: dlocal.Whose},
		ebanx.Name:        {New: ebanx.New, Words: ebanx.Words, Whose: ebanx.Whose},
		efecty.Name:       {New: efecty.New, Words: efecty.Words, Whose: efecty.Whose},
		epayco.Name:       {New: epayco.New, Words: epayco.Words, Whose: epayco.Whose},
		kushki.Name:       {New: kushki.New, Words: kushki.Words, Whose: kushki.Whose},
		mercadopago.Name:  {New: mercadopago.New, Words: mercadopago.Words, Whose: mercadopago.Whose},
		pagoefectivo.Name: {New: pagoefectivo.New, Words: pagoefectivo.Words, Whose: pagoefectivo.Whose},
		payu.Name:         {New: payu.New, Words: payu.Words, Whose: payu.Whose},
		rapyd.Name:        {New: rapyd.New, Words: rapyd.Words, Whose: rapyd.Whose},
	}
}
