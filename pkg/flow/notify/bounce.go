package notify

import (
	"context"
	"errors"
	"fmt"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/store"
)

// errEarly asks for the message again: the notice is being sent, or its sending is not noted yet.
var errEarly = errors.New("notify: the notice is still at work")

// cameBack hears that an e-mail came back for good, or that somebody called it unwanted: nothing more goes to that address. What
// came back has not told the buyer; if no SMS did, the merchant hears of it.
func (n *Notifier) cameBack(ctx context.Context, j job.Job) error {
	record, err := n.Store.Get(ctx, j.Key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	it, err := notice.Decode(record)
	if err != nil {
		return err
	}
	// Within the lease of a try of the SMS its outcome would be lost to ours, and the SMS go twice.
	if now := n.Now(); it.Due.After(now) && it.Due.Sub(now) <= notice.Lease || it.Mail.To == "" && it.Mail.Outcome == notice.Waiting {
		return fmt.Errorf("%w: %s", errEarly, j.Key)
	}
	if it.Mail.To == "" {
		return nil
	}
	var writes []store.Write
	shut, err := n.shut(ctx, it.Tenant, it.Mail.To)
	if err != nil {
		return err
	}
	if !shut {
		writes = append(writes, store.Put{Record: notice.Close(it.Tenant, it.Mail.To, j.Kind, n.Now())})
	}
	if j.Kind == job.Bounce && it.Mail.Outcome == notice.Sent {
		it.Mail.Outcome = notice.Bounced
		more, err := n.writes(ctx, it)
		if err != nil {
			return err
		}
		writes = append(writes, more...)
	}
	if len(writes) == 0 {
		return nil // said again
	}
	if err := n.Store.Commit(ctx, writes...); err != nil {
		return err
	}
	n.Log.WarnContext(ctx, "notice came back", "tenant", it.Tenant, "disbursement", it.Subject, "event", it.Event, "outcome", string(j.Kind))
	return nil
}

// shut says that nothing more is mailed to an address.
func (n *Notifier) shut(ctx context.Context, tenant, digest string) (bool, error) {
	_, err := n.Store.Get(ctx, notice.AddressKey(tenant, digest))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
