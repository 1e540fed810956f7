package proof

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// Mutants lists the mistakes that others have made and that the simulator must notice, the last ones about what people do. Those of
// the store, the queues and the schedules are worn by the world; the others break a guard of the code itself (pkg/mutant).
func Mutants() []string {
	return []string{"delete-on-error", "no-fence", "blind-resend", "timeout-is-failure", "split-cap", "no-dedupe", "no-sweep",
		"dlq-ignored", "reject-is-proof", "key-per-attempt", "journal-apart", "ttl-unique", "future-stamp", "forged-accepted", "mismatch-on-read",
		"self-approval", "cancel-sent", "late-approval", "self-closing", "two-successors"}
}

// Mutate breaks one guard for the runs of these options. Error: no such mutant, or a build without the tag mutants.
func Mutate(name string, o *Options) error {
	if !slices.Contains(Mutants(), name) {
		return fmt.Errorf("no mutant %q; there are %s", name, strings.Join(Mutants(), ", "))
	}
	if !mutant.Built {
		return fmt.Errorf("this build keeps its guards: go run -tags mutants ./infra/vuelto sim --mutant %s", name)
	}
	mutant.Use(name)
	o.Hooks = func(h *sim.Hooks) {
		switch name {
		case "no-fence":
			h.Store = func(s store.Store) store.Store { return mutated{s, unfenced} }
		case "split-cap":
			h.Store = func(s store.Store) store.Store { return mutated{s, splitCap} }
		case "journal-apart":
			h.Store = func(s store.Store) store.Store { return mutated{s, journalApart} }
		case "no-sweep":
			h.WithoutSchedule = "SweepSchedule"
		}
	}
	o.Errands = o.Errands || name == "self-closing" || name == "two-successors"
	o.NoRedrive, o.FailFast = name == "dlq-ignored", true
	return nil
}

// mutated is a store whose commits go wrong in one way.
type mutated struct {
	store.Store
	commit func(ctx context.Context, s store.Store, writes []store.Write) error
}

func (m mutated) Commit(ctx context.Context, writes ...store.Write) error {
	return m.commit(ctx, m.Store, writes)
}

// unfenced: a write takes whatever version is there; the last writer wins.
func unfenced(ctx context.Context, s store.Store, writes []store.Write) error {
	for i, w := range writes {
		p, ok := w.(store.Put)
		if !ok || p.Record.Version == 0 {
			continue
		}
		if now, err := s.Get(ctx, p.Record.Key); err == nil {
			p.Record.Version = now.Version
			writes[i] = p
		}
	}
	return s.Commit(ctx, writes...)
}

// splitCap: the balance is read and checked first, and taken in a commit of its own afterwards.
func splitCap(ctx context.Context, s store.Store, writes []store.Write) error {
	var takes, rest []store.Write
	for _, w := range writes {
		t, ok := w.(store.Take)
		if !ok || t.Key.SK != payment.SK || t.Amount <= 0 {
			rest = append(rest, w)
			continue
		}
		now, err := s.Get(ctx, t.Key)
		if err != nil {
			return err
		}
		if now.Free < t.Amount {
			return &store.ConflictError{Losers: []store.Loser{{Key: t.Key, Reason: store.Short}}}
		}
		takes = append(takes, w)
	}
	if err := s.Commit(ctx, rest...); err != nil || len(takes) == 0 {
		return err
	}
	_ = s.Commit(ctx, takes...)
	return nil
}

// journalApart: the state is written first, the line of the story that explains it afterwards.
func journalApart(ctx context.Context, s store.Store, writes []store.Write) error {
	for i, w := range writes {
		p, ok := w.(store.Put)
		if !ok || p.Record.Key.SK != disbursement.SK || p.Record.Version == 0 {
			continue
		}
		d, err := disbursement.Decode(p.Record)
		if err != nil || len(d.History) == 0 {
			continue
		}
		whole := d
		d.History = d.History[:len(d.History)-1]
		writes[i] = store.Put{Record: disbursement.Encode(d)}
		if err := s.Commit(ctx, writes...); err != nil {
			return err
		}
		whole.Version = d.Version + 1
		return s.Commit(ctx, store.Put{Record: disbursement.Encode(whole)})
	}
	return s.Commit(ctx, writes...)
}
