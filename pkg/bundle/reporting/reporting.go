// Package reporting puts together what mails finance its days, apart from all that moves money.
package reporting

import (
	"github.com/vuelto/vuelto/pkg/api"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/report"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/port"
)

// Ports are the outside world, with the way to finance.
type Ports struct {
	port.Set
	Mailer notice.Mailer // nil = no e-mail
}

// Reporter does job.Report.
func Reporter(p Ports) job.Handler {
	now := p.Clock.Now
	writer := &api.Server{Decider: &decide.Decider{Store: p.Store, Files: p.Files, Now: now, Log: p.Log}, Store: p.Store, Files: p.Files, Now: now, Log: p.Log}
	return &report.Reporter{Store: p.Store, Accounts: p.Book(), Writer: writer, Mailer: p.Mailer, Now: now, Log: p.Log}
}
