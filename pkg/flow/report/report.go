// Package report mails each settlement day to a merchant's finance: once a day, to everybody whom the merchant's rules name. A mail
// that cannot be sent is tried again for a day; what one address suffers keeps no other waiting.
package report

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// Accounts lists the accounts of a network.
type Accounts interface {
	OfNetwork(ctx context.Context, network string) ([]provider.Account, error)
}

// Writer writes the report of a merchant's day.
type Writer interface {
	// Daily is the mail without its receiver, and of how many accounts the day has a file.
	Daily(ctx context.Context, m merchant.Merchant, date calendar.Date, language string) (mail notice.Mail, accounts int, err error)
}

// Reporter does job.Report.
type Reporter struct {
	Store    store.Store
	Accounts Accounts
	Writer   Writer
	Mailer   notice.Mailer // nil = no e-mail
	Now      func() time.Time
	Log      *slog.Logger
}

// Handle sends the report that the job is of, or plans those of a network whose day is over.
func (r *Reporter) Handle(ctx context.Context, j job.Job) error {
	if j.Key.SK == notice.ReportSK {
		return r.send(ctx, j.Key)
	}
	country, err := calendar.ByNetwork(j.Key.PK)
	if err != nil {
		return err
	}
	accounts, err := r.Accounts.OfNetwork(ctx, j.Key.PK)
	if err != nil {
		return err
	}
	var tenants []string
	for _, a := range accounts {
		tenants = append(tenants, a.Tenant)
	}
	slices.Sort(tenants)
	var all []error
	for _, tenant := range slices.Compact(tenants) {
		if err := r.plan(ctx, tenant, country); err != nil {
			r.Log.ErrorContext(ctx, "report not planned", "tenant", tenant, "error", err)
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// over is how far into itself a settlement day is over: its last file has been asked for by then.
const over = 23 * time.Hour

// plan notes that a merchant's day is to be mailed, and mails it: the last one that is over, however late the message that asks for it
// is. One that came after midnight, because two tries had broken off or somebody sent a dead letter again, mailed the day that had
// just begun, and neither day was mailed when it was over. Of two plans of a day one is the first.
func (r *Reporter) plan(ctx context.Context, tenant string, country calendar.Country) error {
	now := r.Now()
	day := calendar.On(now.Add(-over), country.Zone())
	m, err := r.merchant(ctx, tenant)
	if err != nil {
		return err
	}
	rules := m.RulesOn(day).Reports
	if len(rules.To) == 0 {
		return nil
	}
	if country, err = (settlement.CalendarBook{Store: r.Store}).Over(ctx, tenant, country); err != nil {
		return err
	}
	if !country.IsBusinessDay(day) {
		if _, accounts, err := r.Writer.Daily(ctx, m, day, rules.Language); err != nil || accounts == 0 {
			return err // nothing was to come, and nothing came
		}
	}
	it := notice.Report{Tenant: tenant, Date: day, Language: rules.Language, Due: now}
	for _, to := range rules.To {
		it.To = append(it.To, notice.Receiver{Address: to})
	}
	if err := r.Store.Commit(ctx, store.Put{Record: notice.EncodeReport(it)}); err != nil && !store.IsConflict(err) {
		return err
	}
	return r.send(ctx, notice.ReportKey(tenant, day))
}

// send mails a report that is due to those who wait for it. It is claimed first, so that of two copies of the message one sends
// nothing; after a crash between the sending and the noting it may go twice.
func (r *Reporter) send(ctx context.Context, key store.Key) error {
	record, err := r.Store.Get(ctx, key)
	if err != nil {
		return err
	}
	it, err := notice.DecodeReport(record)
	if err != nil || it.Due.IsZero() || it.Due.After(r.Now()) {
		return err
	}
	it = it.Claim(r.Now())
	if err := r.Store.Commit(ctx, store.Put{Record: notice.EncodeReport(it)}); err != nil {
		if store.IsConflict(err) {
			return nil // another copy is at it
		}
		return err
	}
	it.Version++
	m, err := r.merchant(ctx, it.Tenant)
	if err != nil {
		return err
	}
	mail, _, err := r.Writer.Daily(ctx, m, it.Date, it.Language)
	if err != nil {
		return err
	}
	for i := range it.To {
		it.To[i].Mail = r.mail(ctx, it, it.To[i], mail)
	}
	err = r.Store.Commit(ctx, store.Put{Record: notice.EncodeReport(it.Next(r.Now()))})
	if store.IsConflict(err) {
		return nil // the lease had run out, and another has noted it
	}
	return err
}

func (r *Reporter) mail(ctx context.Context, it notice.Report, to notice.Receiver, mail notice.Mail) notice.Channel {
	switch {
	case to.Mail.Outcome != notice.Waiting:
		return to.Mail
	case r.Mailer == nil:
		return notice.Channel{Outcome: notice.NoWay}
	}
	mail.To = to.Address
	err := r.Mailer.Mail(ctx, mail)
	c := to.Mail.Tried(err)
	// A carrier's words may hold the address, so they stay out of the log.
	switch c.Outcome {
	case notice.Sent:
		r.Log.InfoContext(ctx, "report mailed", "tenant", it.Tenant, "date", it.Date.String())
	case notice.Waiting:
		r.Log.WarnContext(ctx, "report waits", "tenant", it.Tenant, "date", it.Date.String(), "attempt", c.Tries)
	default:
		r.Log.ErrorContext(ctx, "report not mailed", "tenant", it.Tenant, "date", it.Date.String(), "outcome", string(c.Outcome), "attempt", c.Tries)
	}
	return c
}

func (r *Reporter) merchant(ctx context.Context, tenant string) (merchant.Merchant, error) {
	record, err := r.Store.Get(ctx, merchant.Key(tenant))
	if err != nil {
		return merchant.Merchant{}, err
	}
	return merchant.Decode(record)
}
