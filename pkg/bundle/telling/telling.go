// Package telling puts together what tells merchants and buyers, apart from what moves money: a function that moves money
// does not link what writes letters.
package telling

import (
	"github.com/vuelto/vuelto/pkg/flow/deliver"
	"github.com/vuelto/vuelto/pkg/flow/notify"
	"github.com/vuelto/vuelto/pkg/flow/tell"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/port"
)

// Ports are the outside world, with the ways to those who are told.
type Ports struct {
	port.Set
	Mailer  notice.Mailer // to buyers; nil = no e-mail
	Texter  notice.Texter // to buyers; nil = no SMS
	Outward deliver.Doer  // to merchants' endpoints
	Site    string        // where the API is for buyers, without a slash at its end
}

// Teller hears what the table's stream says.
func Teller(p Ports) *tell.Teller {
	return &tell.Teller{Store: p.Store, Sender: p.Sender, Now: p.Clock.Now, Log: p.Log}
}

// Notifier does job.Notify.
func Notifier(p Ports) job.Handler {
	return &notify.Notifier{Store: p.Store, Mailer: p.Mailer, Texter: p.Texter, Site: p.Site, Random: p.Random, Now: p.Clock.Now, Log: p.Log}
}

// Deliverer does job.Deliver.
func Deliverer(p Ports) job.Handler {
	return &deliver.Deliverer{Store: p.Store, Sender: p.Sender, Doer: p.Outward, Clock: p.Clock, Log: p.Log}
}
