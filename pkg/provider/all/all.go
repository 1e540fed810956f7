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
		dlocal.Name:       dlocal.New,
		ebanx.Name:        ebanx.New,
		efecty.Name:       efecty.New,
		epayco.Name:       epayco.New,
		kushki.Name:       kushki.New,
		mercadopago.Name:  mercadopago.New,
		pagoefectivo.Name: pagoefectivo.New,
		payu.Name:         payu.New,
		rapyd.Name:        rapyd.New,
	}
}
