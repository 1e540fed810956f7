package proof

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// ring is what is known of the accounts' webhook secrets, and of whose refunds callbacks speak by mistake.
type ring struct {
	turned   bool                 // the accounts have had another secret before
	left     map[string]time.Time // account and secret → when it was believed no more
	times    map[string]int       // by what was made of old secrets
	mistaken int
	report   func(subject, sentence, detail string)
}

// remembered is for how long a warm function may believe what it has read of an account: a minute, and as much again if its clock
// was set back meanwhile.
const remembered = 2 * time.Minute

// foreign is a refund of another merchant's, of whom no callback to this one's accounts may speak.
const foreign = "rf_0F0RE1GN000000000000000000"

// foreigner is the refund of the other merchant, as it is written once: nothing of it falls due.
func foreigner() disbursement.Disbursement {
	return disbursement.Disbursement{Tenant: "other", ID: foreign, Kind: disbursement.Refund, Account: "efecty-other", Provider: "efecty", Network: "efecty",
		Amount: money.New(10_000_00, money.COP), State: disbursement.Accepted, Attempts: []disbursement.Attempt{{At: begin}}, CreatedAt: begin, SentAt: begin, LastSentAt: begin}
}

// turn gives every account of a world another secret on the second day and on the third, with the one before it believed beside it: from
// the third day on the first is believed no more. It also lays the other merchant's refund there.
func (t *troubles) turn(carriers []string, report func(subject, sentence, detail string)) error {
	t.ring = ring{left: map[string]time.Time{}, times: map[string]int{}, report: report}
	for n, after := range []time.Duration{opening / 4, opening / 2} {
		t.world.After(after, func() {
			for _, a := range allsim.Accounts("demo") {
				if !keep(carriers)(a) {
					continue
				}
				if err := t.world.Rotate(a.ID, fmt.Sprintf("whsec-sandbox-%s-%d", a.ID, n+1), time.Hour); err != nil {
					report(a.ID, i14, err.Error())
				}
				if n == 1 {
					t.ring.left[a.ID+" "+a.Secrets[0]] = t.world.Now()
				}
			}
		})
	}
	t.world.After(opening/4+2*time.Hour, func() { t.ring.turned = true })
	return t.world.Store.Commit(context.Background(), store.Put{Record: disbursement.Encode(foreigner())})
}

// answered holds what became of a callback with a wrong or an old secret. One that is still believed may be refused by a machine whose
// clock is wrong, to which it is stale. One that came while its secret was believed may have been read then, and be answered by a machine
// that was frozen in between.
func (t *troubles) answered(kind simnet.Kind, account, secret string, sent time.Time, status int) {
	since, gone := t.ring.left[account+" "+secret]
	believed := status >= 200 && status < 300
	switch {
	case kind == simnet.BadSignature, gone && sent.Sub(since) > remembered:
		t.ring.times["out"]++
		if believed {
			t.ring.report(account, i14, fmt.Sprintf("%s: a callback was believed that was signed with %q", kind, secret))
		}
	case !gone:
		t.ring.times["in"]++
		if status == 401 && t.chance[ClockSkew] == 0 {
			t.ring.report(account, i14, fmt.Sprintf("%s: a callback was refused although %q is still believed", kind, secret))
		}
	}
}

// stranger is a reference that is none of this merchant's: nobody's, or another merchant's.
func (t *troubles) stranger() string {
	t.ring.mistaken++
	if t.rand.IntN(2) == 0 {
		return foreign
	}
	return nobodys
}

// nobodys is the reference of no refund.
const nobodys = "rf_0N0B0DY5000000000000000000"

// strangers holds that callbacks about refunds of nobody's and of another merchant's have changed nothing.
func (t *troubles) strangers(world *sim.World) {
	ctx := context.Background()
	for _, tenant := range []string{"demo", "other"} {
		for _, id := range []string{foreign, nobodys} {
			record, err := world.Store.Get(ctx, disbursement.Key(tenant, id))
			switch {
			case tenant == "other" && id == foreign:
				if want := disbursement.Encode(foreigner()); err != nil || record.Version != 1 || string(record.Body) != string(want.Body) {
					t.ring.report(id, i31, fmt.Sprintf("another merchant's refund was moved: %v, version %d", err, record.Version))
				}
			case !errors.Is(err, store.ErrNotFound):
				t.ring.report(id, i31, fmt.Sprintf("there is one of %s's now: %v", tenant, err))
			}
		}
	}
}
