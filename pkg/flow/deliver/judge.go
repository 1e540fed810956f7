package deliver

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/store"
)

// judge draws the conclusion about an endpoint: since when it has been failing, that it has recovered, that it is to be left
// alone. Only a change is written.
func (d *Deliverer) judge(ctx context.Context, all event.Endpoints, endpoint string, got result) error {
	for range tries {
		i := all.Find(endpoint)
		if i < 0 {
			return nil
		}
		after, news := conclude(all.List[i], got)
		if after.Disabled == all.List[i].Disabled && after.FailingSince == all.List[i].FailingSince {
			return nil
		}
		all.List = slices.Clone(all.List)
		all.List[i] = after
		err := d.concluded(ctx, all, i, news, got)
		if !store.IsConflict(err) {
			return err
		}
		if all, err = d.endpoints(ctx, all.Tenant); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: endpoints of %s change faster than they can be read", store.ErrBusy, all.Tenant)
}

// concluded writes what was concluded about the i-th endpoint, with the event that tells the others.
func (d *Deliverer) concluded(ctx context.Context, all event.Endpoints, i int, news event.Type, got result) error {
	writes := []store.Write{store.Put{Record: event.EncodeEndpoints(all)}}
	var told event.Event
	if news != "" {
		told = event.Announce(all, i, news, got.At)
		writes = append(writes, store.Put{Record: event.Encode(told, d.Clock.Now())})
	}
	if err := d.Store.Commit(ctx, writes...); err != nil || news == "" {
		return err
	}
	d.Log.WarnContext(ctx, "endpoint "+all.List[i].State(), "tenant", all.Tenant, "endpoint", all.List[i].ID, "reason", all.List[i].Disabled)
	if key, _ := event.Key(told.Tenant, told.ID); told.Waits(d.Clock.Now()) {
		d.send(ctx, key, 0)
	}
	return nil
}

// conclude is what a try says about its endpoint, and what of that is news.
func conclude(x event.Endpoint, got result) (event.Endpoint, event.Type) {
	if x.Disabled != "" {
		return x, ""
	}
	now := got.At.UnixMilli()
	switch {
	case got.Fault == "":
		long := x.FailingSince != 0 && now-x.FailingSince >= event.RecoveredAfter.Milliseconds()
		if x.FailingSince = 0; long {
			return x, event.EndpointRecovered
		}
	case got.Status == http.StatusGone:
		x.Disabled = event.ByGone
		return x, event.EndpointDisabled
	case x.FailingSince == 0:
		x.FailingSince = now
	case now-x.FailingSince >= event.GiveUpAfter.Milliseconds():
		x.Disabled = event.ByFailing
		return x, event.EndpointDisabled
	}
	return x, ""
}
