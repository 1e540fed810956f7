// Package hearing puts together what hears the networks, apart from the rest: who is asked for money links nothing of it.
package hearing

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/flow/apply"
	"github.com/vuelto/vuelto/pkg/flow/intake"
	"github.com/vuelto/vuelto/pkg/job"
)

// Intake receives webhooks.
func Intake(b *bundle.Bundle) http.Handler {
	p := b.Ports()
	mux := http.NewServeMux()
	mux.Handle("/webhooks/{provider}/{account}", &intake.Intake{Store: p.Store, Clients: b.Clients(), Sender: p.Sender, Now: p.Clock.Now, Log: p.Log})
	return mux
}

// Applier does job.Apply.
func Applier(b *bundle.Bundle) job.Handler {
	p := b.Ports()
	return &apply.Applier{Store: p.Store, Observer: b.Observer(), Clients: b.Clients(), Now: p.Clock.Now, Log: p.Log}
}
