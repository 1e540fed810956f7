// Package finance puts together what answers finance, apart from all that reaches a provider: what is decided about a day
// is decided on what has come.
package finance

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/api"
	"github.com/vuelto/vuelto/pkg/evidence"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/port"
)

// API tells what settlement files came to, and takes what people decide about it.
func API(p port.Set) http.Handler {
	now := p.Clock.Now
	s := &api.Server{
		Directory: &merchant.Directory{Store: p.Store, Now: now, Live: p.Live},
		Decider:   &decide.Decider{Store: p.Store, Files: p.Files, Sender: p.Sender, Now: now, Log: p.Log, Readers: p.Bars.Readers},
		Store:     p.Store, Files: p.Files, Now: now, Log: p.Log, NewID: p.NewID, Random: p.Random, Loopback: p.Loopback, Bind: bind,
	}
	return s.Finance()
}

// bind makes a month's parts one file that can be verified.
func bind(tenant, month string, parts []api.PackPart) ([]byte, error) {
	p := evidence.Month{Tenant: tenant, Month: month}
	for _, part := range parts {
		p.Parts = append(p.Parts, evidence.Part(part))
	}
	return evidence.WriteMonth(p)
}
