package proof_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/vuelto/vuelto/pkg/store"
)

// kind is what a client asks about one payment.
type kind int

const (
	giveBack kind = iota // reserve so much of it
	takeBack             // cancel a refund of so much
	look                 // read what is free
)

type ask struct {
	kind   kind
	amount int64 // minor units
}

// said is what the API answered: done = 2xx for giveBack and takeBack, free = paid − reserved − refunded for look.
type said struct {
	done bool
	free int64
}

// balance is what a payment must behave like, asked by one client at a time: a number that refunds lower if it is large
// enough, and only then.
func balance(paid int64) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return paid },
		Step: func(state, input, output any) (bool, any) {
			free, in, out := state.(int64), input.(ask), output.(said)
			switch in.kind {
			case giveBack:
				if !out.done {
					return free < in.amount, free
				}
				return free >= in.amount, free - in.amount
			case takeBack:
				if !out.done {
					return true, free
				}
				return true, free + in.amount
			default:
				return out.free == free, free
			}
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%v %v", input, output) },
	}
}

// judge counts the histories that no order of single calls explains, and those that ran out of time to tell.
func judge(histories []history) (illegal, unknown int) {
	for _, h := range histories {
		switch porcupine.CheckOperationsTimeout(balance(h.paid), h.calls, 5*time.Second) {
		case porcupine.Illegal:
			illegal++
		case porcupine.Unknown:
			unknown++
		}
	}
	return illegal, unknown
}

// Eight clients refund, cancel and read one payment at once, while calls crash, are throttled and are asked again: there
// is always an order of single calls that gives the same answers.
func TestRefundReservationIsLinearisable(t *testing.T) {
	const worlds, each = 4, 55
	calls, accepted, refused, cancelled := 0, 0, 0, 0
	for seed := range uint64(worlds) {
		histories := record(t, seed+1, each, nil)
		if illegal, unknown := judge(histories); illegal+unknown > 0 || len(histories) != each {
			t.Errorf("seed %d: of %d histories %d have no explanation and %d were not decided", seed+1, len(histories), illegal, unknown)
		}
		for _, h := range histories {
			calls += len(h.calls)
			for _, c := range h.calls {
				in, out := c.Input.(ask), c.Output.(said)
				switch {
				case in.kind == giveBack && out.done:
					accepted++
				case in.kind == giveBack:
					refused++
				case in.kind == takeBack && out.done:
					cancelled++
				}
			}
		}
	}
	t.Logf("%d histories, %d calls: %d refunds accepted, %d refused, %d cancelled", worlds*each, calls, accepted, refused, cancelled)
	if accepted < 400 || refused < 400 || cancelled < 50 {
		t.Error("the histories are too tame to prove anything")
	}
}

// A checker that cannot fail proves nothing: a store that lies in one way must be found out.
func TestAStoreThatLiesIsNotLinearisable(t *testing.T) {
	for name, lie := range map[string]func(store.Store) store.Store{
		"a read from an old copy":           func(s store.Store) store.Store { return &staleReads{Store: s, first: map[store.Key]store.Record{}} },
		"a take that ignores its condition": func(s store.Store) store.Store { return blindTakes{s} },
		"a cancel that frees nothing":       func(s store.Store) store.Store { return lostReleases{s} },
	} {
		t.Run(name, func(t *testing.T) {
			const each = 20
			illegal, unknown := judge(record(t, 1, each, lie))
			t.Logf("%d of %d histories are illegal", illegal, each)
			if illegal < each/4 || unknown > 0 {
				t.Errorf("%d of %d histories were found illegal, %d not decided", illegal, each, unknown)
			}
		})
	}
}
