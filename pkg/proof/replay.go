package proof

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// WorldOf finds the world in which a refund, payout or payment of a run lives: its id is a function of the reference it was asked
// under, and the references are known.
func WorldOf(o Options, id string) (int, bool) {
	for world := range worlds(o.N) {
		for order := range perWorld {
			if lives(disbursement.PayoutID("demo", reference("P", world, order, 0)), id) || payment.ID("demo", reference("order", world, order, 0)) == id {
				return world, true
			}
			for n := range 5 {
				if lives(disbursement.RefundID("demo", reference("R", world, order, n)), id) {
					return world, true
				}
			}
			for n := range 3 {
				if lives(disbursement.PayoutID("demo", reference("B", world, order, n)), id) {
					return world, true
				}
			}
		}
	}
	return 0, false
}

// lives says that it is the one, or what may be issued anew for it.
func lives(one, id string) bool {
	if one == id {
		return true
	}
	anew := disbursement.RefundID
	if one[:3] == "po_" {
		anew = disbursement.PayoutID
	}
	return one[:3] == id[:3] && (anew("demo", successor(one, 0)) == id || anew("demo", successor(one, 1)) == id)
}

// IDOf is the id within a record's key, or the subject itself.
func IDOf(subject string) string {
	if _, id, ok := strings.Cut(subject, "#"); ok {
		subject = id
	}
	return simnet.Root(subject)
}

// teller tells the life of one refund or payout in words. An invocation belongs to the life from the moment it touches the
// record; from then on everything it does is told.
type teller struct {
	id      string
	world   *sim.World
	say     func(what string)
	its     map[int64]bool // invocations
	history int            // steps told so far
}

// wear puts the teller between the world and its watchers.
func (t *teller) wear(h *sim.Hooks) {
	h.Strike = t.strike(h.Strike)
	committed, sent := h.Committed, h.Sent
	h.Committed = func(writes []store.Write) { t.committed(writes); committed(writes) }
	h.Sent = func(queue string, body []byte) { t.sent(queue, body); sent(queue, body) }
}

// strike tells of an I/O and of what befell it.
func (t *teller) strike(next func(sim.Point, func() error) error) func(sim.Point, func() error) error {
	return func(at sim.Point, effect func() error) error {
		invocation := t.world.Invocation()
		if strings.Contains(at.Subject, t.id) {
			t.its[invocation] = true
		}
		if !t.its[invocation] {
			return next(at, effect)
		}
		reached := false
		err := next(at, func() error {
			reached = true
			err := effect()
			outcome := ""
			if err != nil {
				outcome = ": " + err.Error()
			}
			t.say(fmt.Sprintf("#%d  %s %s %s%s", invocation, at.Boundary, at.Call, describe(at), outcome))
			return err
		})
		if !reached {
			t.say(fmt.Sprintf("#%d  %s %s %s never happened: %v", invocation, at.Boundary, at.Call, describe(at), err))
		} else if err != nil {
			t.say(fmt.Sprintf("#%d  … and the caller saw: %v", invocation, err))
		}
		return err
	}
}

func describe(at sim.Point) string {
	if at.Subject == "" {
		return at.About
	}
	return at.About + " (" + at.Subject + ")"
}

// hit tells of a fault.
func (t *teller) hit(f Fault) {
	if t.world == nil { // it is being made
		return
	}
	if invocation := t.world.Invocation(); t.its[invocation] {
		t.say(fmt.Sprintf("#%d  !! %s", invocation, f))
	}
}

// committed tells how the story goes on.
func (t *teller) committed(writes []store.Write) {
	for _, w := range writes {
		p, ok := w.(store.Put)
		if !ok || !strings.HasSuffix(p.Record.Key.PK, "#"+t.id) {
			if take, ok := w.(store.Take); ok && take.Tag == t.id && take.Key.SK == payment.SK {
				t.say(fmt.Sprintf("    takes %d minor units of its payment", take.Amount))
			}
			continue
		}
		d, err := disbursement.Decode(p.Record)
		if err != nil {
			continue
		}
		for ; t.history < len(d.History); t.history++ {
			s := d.History[t.history]
			t.say(fmt.Sprintf("==> %s → %s, by %s on %s %s", from(s.From), s.To, s.By, s.Evidence, s.Note))
		}
	}
}

func from(s disbursement.State) disbursement.State {
	if s == "" {
		return "(new)"
	}
	return s
}

// sent tells of messages about it.
func (t *teller) sent(queue string, body []byte) {
	if bytes.Contains(body, []byte(t.id)) {
		t.say("    a message for " + queue + ": " + string(body))
	}
}

// RefundOf is the id of the n-th refund of an order in a world.
func RefundOf(world, order, n int) string {
	return disbursement.RefundID("demo", reference("R", world, order, n))
}
