// Package reporting puts together what mails finance its days, apart from all that moves money.
package reporting

import (
	"context"

	"github.com/vuelto/vuelto/pkg/api"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/report"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/port"
)

// Ports are the outside world, with the way to finance.
type Ports struct {
	port.Set
	Mailer notice.Mailer // nil = no e-mail
}

// writer writes reports as the API shows them.
type writer struct{ *api.Server }

// Daily implements report.Writer.
func (w writer) Daily(ctx context.Context, m merchant.Merchant, date calendar.Date, language string) (notice.Mail, int, error) {
	l, err := w.Server.Daily(ctx, m, date, language)
	return notice.Mail{Subject: l.Subject, Text: l.Text, HTML: l.HTML,
		Files: []notice.Attachment{{Name: l.FileName, Type: l.FileType, Body: l.File}}}, l.Accounts, err
}

// Reporter does job.Report.
func Reporter(p Ports) job.Handler {
	now := p.Clock.Now
	server := &api.Server{Decider: &decide.Decider{Store: p.Store, Files: p.Files, Now: now, Log: p.Log, Readers: p.Bars.Readers}, Store: p.Store, Files: p.Files, Now: now, Log: p.Log}
	return &report.Reporter{Store: p.Store, Accounts: p.Book(), Writer: writer{server}, Mailer: p.Mailer, Now: now, Log: p.Log}
}
