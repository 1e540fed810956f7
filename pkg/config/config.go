// Package config is what the environment says about this copy of the bundle. It is read once, when a function starts, and
// every fault is reported at once.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider"
)

// The variables of every function. VUELTO_QUEUE_<KIND> and VUELTO_BUCKET are for those that need them.
const (
	varMode     = "VUELTO_MODE"              // test or live
	varTable    = "VUELTO_TABLE"             // name of the table
	varBucket   = "VUELTO_BUCKET"            // name of the bucket
	varSettled  = "VUELTO_SETTLEMENT_BUCKET" // name of the bucket with settlement files, where VUELTO_BUCKET is another
	varLog      = "VUELTO_LOG"               // debug, info, warn or error; info if empty
	varMailFrom = "VUELTO_MAIL_FROM"         // sender of e-mails, or off
	varMailSet  = "VUELTO_MAIL_SET"          // SES's configuration set of mails to buyers
	varSMS      = "VUELTO_SMS"               // on or off: buyers' SMS
	varSite     = "VUELTO_SITE"              // where the API is for buyers: https://…, without a slash at its end
	queuePrefix = "VUELTO_QUEUE_"            // + the kind of job in capitals: URL of its queue
)

// Needs are what a function asks of its environment beyond what all do.
type Needs struct {
	Sends []job.Kind // kinds of job it puts on a queue
	Files bool       // reads or writes files

	Settled bool // reads settlement files beside those

	Notices bool // writes to buyers
	Mails   bool // writes to finance
	Played  bool // plays providers: it does not start where money is real
}

// Config is the environment, read.
type Config struct {
	Mode    provider.Mode
	Table   string
	Bucket  string              // empty unless needed
	Settled string              // the same
	Queues  map[job.Kind]string // URL for each kind of Needs.Sends

	MailFrom, MailSet, SMS, Site string // empty unless needed
	Level                        slog.Level
}

// Read reads the environment through lookup (os.LookupEnv). The error names every variable that is missing or makes no
// sense, and shows no value of a secret, because none of them is one.
func Read(lookup func(string) (string, bool), needs Needs) (Config, error) {
	r := reader{lookup: lookup}
	c := Config{Table: r.need(varTable), Queues: map[job.Kind]string{}}
	c.Mode = provider.Mode(r.need(varMode))
	if c.Mode != "" && c.Mode != provider.Test && c.Mode != provider.Live {
		r.fault(varMode, "%q is neither test nor live", c.Mode)
	}
	if needs.Played && c.Mode == provider.Live {
		r.fault(varMode, "nothing is played where money is real")
	}
	if needs.Files {
		c.Bucket = r.need(varBucket)
	}
	if needs.Settled {
		c.Settled = r.need(varSettled)
	}
	if needs.Mails || needs.Notices {
		c.MailFrom = r.need(varMailFrom)
	}
	if needs.Notices {
		c.MailSet = r.need(varMailSet)
		c.SMS = r.need(varSMS)
		if c.SMS != "" && c.SMS != "on" && c.SMS != "off" {
			r.fault(varSMS, "%q is neither on nor off", c.SMS)
		}
		if c.Site = r.need(varSite); c.Site != "" && (!strings.HasPrefix(c.Site, "https://") || strings.HasSuffix(c.Site, "/")) {
			r.fault(varSite, "%q is no https address without a slash at its end", c.Site)
		}
	}
	for _, kind := range needs.Sends {
		c.Queues[kind] = r.need(QueueVariable(kind))
	}
	if text, _ := lookup(varLog); text != "" {
		if err := c.Level.UnmarshalText([]byte(text)); err != nil {
			r.fault(varLog, "%q is none of debug, info, warn, error", text)
		}
	}
	return c, errors.Join(r.faults...)
}

// Live says that this copy moves real money.
func (c Config) Live() bool { return c.Mode == provider.Live }

// QueueVariable is the variable with the URL of a kind's queue.
func QueueVariable(kind job.Kind) string { return queuePrefix + strings.ToUpper(string(kind)) }

// Variables lists what Read looks at for these needs, without the optional ones.
func Variables(needs Needs) []string {
	names := []string{varMode, varTable}
	if needs.Files {
		names = append(names, varBucket)
	}
	if needs.Settled {
		names = append(names, varSettled)
	}
	if needs.Mails || needs.Notices {
		names = append(names, varMailFrom)
	}
	if needs.Notices {
		names = append(names, varMailSet, varSMS, varSite)
	}
	for _, kind := range needs.Sends {
		names = append(names, QueueVariable(kind))
	}
	return names
}

// Optional lists what Read looks at and may be absent.
func Optional() []string { return []string{varLog} }

// reader collects faults while it reads.
type reader struct {
	lookup func(string) (string, bool)
	faults []error
}

func (r *reader) need(name string) string {
	v, _ := r.lookup(name)
	if v == "" {
		r.fault(name, "is not set")
	}
	return v
}

func (r *reader) fault(name, format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("config: %s: "+format, append([]any{name}, args...)...))
}
