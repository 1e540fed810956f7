// Package issuing puts together what gives out receipts and evidence, apart from all that moves money.
package issuing

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/counter"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/issue"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/port"
)

// Ports are the outside world, with an archive whose files can be locked.
type Ports struct {
	port.Set
	Vault file.Vault
}

// ReceiptAPI answers for receipts and evidence.
func ReceiptAPI(p Ports) http.Handler {
	now := p.Clock.Now
	c := &counter.Counter{
		Issuer: &issue.Issuer{Store: p.Store, Observer: observe.Observer{Store: p.Store, Log: p.Log}, Vault: p.Vault, Files: p.Files,
			Live: p.Live, Now: now, Log: p.Log},
		Directory: &merchant.Directory{Store: p.Store, Now: now, Live: p.Live},
		Now:       now, NewID: p.NewID, Log: p.Log,
	}
	return c.Handler()
}
