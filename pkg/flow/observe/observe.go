// Package observe is where every road ends: a reply, a webhook item, a poll's answer, a settlement row and a person's
// move are folded into a payment or a disbursement by its machine, in one conditional commit. It is the only place where
// the state of money changes after its creation.
package observe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// tries bounds how often a fold starts over because another writer came first. Each try reads afresh, so only writers
// that really changed the record cost one; a burst of refunds on one payment is the worst case.
const tries = 100

// Observer folds observations.
type Observer struct {
	Store store.Store
	Log   *slog.Logger
}

// Disbursement folds an observation about a disbursement. It returns the record as it stands afterwards and what
// changed. Errors: store.ErrNotFound, store.ErrBusy, disbursement.ErrNotAllowed (people's moves). What the caller has just
// read may be passed along: it saves the first reading, and the write's condition keeps it honest.
func (o Observer) Disbursement(ctx context.Context, key store.Key, seen disbursement.Observation, read ...disbursement.Disbursement) (disbursement.Disbursement, disbursement.Transition, error) {
	return o.disbursement(ctx, key, seen, read, nil)
}

// DisbursementWith is Disbursement with more writes in the same commit. What they lose by is the caller's to mend: it comes
// back as the store's conflict.
func (o Observer) DisbursementWith(ctx context.Context, key store.Key, seen disbursement.Observation, more ...store.Write) (disbursement.Disbursement, disbursement.Transition, error) {
	return o.disbursement(ctx, key, seen, nil, more)
}

func (o Observer) disbursement(ctx context.Context, key store.Key, seen disbursement.Observation, read []disbursement.Disbursement, more []store.Write) (disbursement.Disbursement, disbursement.Transition, error) {
	seen.Trail = identity.TrailOf(ctx)
	for try := range tries {
		d, err := o.read(ctx, key, try, read)
		if err != nil {
			return disbursement.Disbursement{}, disbursement.Transition{}, err
		}
		next, t, err := disbursement.Next(d, seen)
		if err != nil || !t.Changed {
			return d, t, err
		}
		err = o.commit(ctx, &next, t, pointer(d, next, seen), more)
		if store.IsConflict(err) && !lostBy(err, more) {
			continue
		}
		if err != nil {
			return d, disbursement.Transition{From: d.State, To: d.State}, err
		}
		next.Version++
		o.told(ctx, next, t, seen)
		return next, t, nil
	}
	return disbursement.Disbursement{}, disbursement.Transition{}, fmt.Errorf("%w: %s changes faster than it can be read", store.ErrBusy, key)
}

// Warn notes what people must be reminded of about a disbursement, once each, and tells alarms.
func (o Observer) Warn(ctx context.Context, d disbursement.Disbursement, now time.Time) (disbursement.Disbursement, error) {
	after, t, err := o.Disbursement(ctx, disbursement.Key(d.Tenant, d.ID), disbursement.Observation{Claim: disbursement.ClaimWarn, By: "sweep", At: now}, d)
	if err != nil || !t.Changed {
		return after, err
	}
	for _, s := range after.History {
		switch told := s.At.Equal(now) && s.From == s.To; {
		case told && s.Evidence == disbursement.Overdue:
			o.Log.WarnContext(ctx, "overdue", "tenant", d.Tenant, "disbursement", d.ID, "account", d.Account, "from", string(s.From), "date", d.ExpectedBy().String())
		case told && s.Evidence == disbursement.DeadlineNear:
			o.Log.WarnContext(ctx, "deadline near", "tenant", d.Tenant, "disbursement", d.ID, "account", d.Account, "from", string(s.From), "date", d.Deadline.String())
		}
	}
	return after, nil
}

// lostBy says whether one of the writes is among a conflict's losers.
func lostBy(err error, writes []store.Write) bool {
	for _, w := range writes {
		if store.Lost(err, store.KeyOf(w)) != "" {
			return true
		}
	}
	return false
}

// read gives what the caller has, on the first try, and then what the store has.
func (o Observer) read(ctx context.Context, key store.Key, try int, has []disbursement.Disbursement) (disbursement.Disbursement, error) {
	if try == 0 && len(has) > 0 {
		return has[0], nil
	}
	record, err := o.Store.Get(ctx, key)
	if err != nil {
		return disbursement.Disbursement{}, err
	}
	return disbursement.Decode(record)
}

// pointer is the write-once record that leads from the provider's id to the disbursement, for a provider that will name it
// by nothing else; written with the observation that tells the id.
func pointer(before, after disbursement.Disbursement, seen disbursement.Observation) []store.Write {
	if !seen.Pointed || before.Reference != "" || after.Reference == "" {
		return nil
	}
	return []store.Write{store.Put{Record: payment.EncodePointer(disbursement.ReferenceKey(after.Tenant, after.Account, after.Reference), after.ID)}}
}

// commit writes the disbursement and, where money moves, its payment's balance: both or neither. The pointer and more go
// along; without the pointer the fact stands all the same, without more it does not.
func (o Observer) commit(ctx context.Context, d *disbursement.Disbursement, t disbursement.Transition, pointer, more []store.Write) error {
	more = append(slices.Clone(pointer), more...)
	if t.Free == 0 || d.Payment == "" {
		err := o.Store.Commit(ctx, append([]store.Write{store.Put{Record: disbursement.Encode(*d)}}, more...)...)
		if len(pointer) > 0 && lostBy(err, pointer) && store.Lost(err, disbursement.Key(d.Tenant, d.ID)) == "" {
			// The provider gave an id that it had given before. The fact stands; what names it by that id finds the other.
			o.Log.ErrorContext(ctx, "provider reused a reference", "tenant", d.Tenant, "disbursement", d.ID)
			return o.Store.Commit(ctx, append([]store.Write{store.Put{Record: disbursement.Encode(*d)}}, more[len(pointer):]...)...)
		}
		return err
	}
	balance := payment.Key(d.Tenant, d.Payment)
	err := o.Store.Commit(ctx, append([]store.Write{store.Put{Record: disbursement.Encode(*d)}, store.Take{Key: balance, Amount: -t.Free, Tag: tag(*d, t)}}, more...)...)
	if store.Lost(err, balance) == store.Short && store.Lost(err, disbursement.Key(d.Tenant, d.ID)) == "" {
		// The provider paid what we had given back, and the balance has since gone elsewhere. The fact stands all the
		// same; a person sees that the payment is overdrawn.
		d.Overdrawn = true
		return o.Store.Commit(ctx, store.Put{Record: disbursement.Encode(*d)})
	}
	return err
}

// tag is what the payment notes: who moves its balance, or that what settled its situation gave nothing back.
func tag(d disbursement.Disbursement, t disbursement.Transition) string {
	if d.Settles && t.Free > 0 && d.Reserves() == 0 {
		return payment.VoidTag(d.ID)
	}
	return d.ID
}

func (o Observer) told(ctx context.Context, d disbursement.Disbursement, t disbursement.Transition, seen disbursement.Observation) {
	if !t.Moved {
		return
	}
	level := slog.LevelInfo
	if d.Contested || d.Overdrawn {
		level = slog.LevelError
	}
	o.Log.Log(ctx, level, "disbursement moved", "tenant", d.Tenant, "account", d.Account, "disbursement", d.ID, "from", t.From, "to", t.To,
		"by", seen.By, "held_reason", d.HeldReason)
}

// ErrReferenceTaken says the provider gave a voucher code that already belongs to another payment.
var ErrReferenceTaken = errors.New("observe: the provider reused a reference")

// Payment folds an observation about a payment. Errors: store.ErrNotFound, store.ErrBusy, payment.ErrNotAllowed,
// ErrReferenceTaken. More are writes that go along in the same commit.
func (o Observer) Payment(ctx context.Context, key store.Key, seen payment.Observation, more ...store.Write) (payment.Payment, payment.Transition, error) {
	return o.payment(ctx, key, seen, nil, more)
}

// PaymentFrom is Payment for one that the caller has just read.
func (o Observer) PaymentFrom(ctx context.Context, read payment.Payment, seen payment.Observation) (payment.Payment, payment.Transition, error) {
	return o.payment(ctx, payment.Key(read.Tenant, read.ID), seen, []payment.Payment{read}, nil)
}

func (o Observer) payment(ctx context.Context, key store.Key, seen payment.Observation, read []payment.Payment, more []store.Write) (payment.Payment, payment.Transition, error) {
	seen.Trail = identity.TrailOf(ctx)
	for try := range tries {
		p, err := o.readPayment(ctx, key, try, read)
		if err != nil {
			return payment.Payment{}, payment.Transition{}, err
		}
		next, t, err := payment.Next(p, seen)
		if err != nil || !t.Changed {
			return p, t, err
		}
		writes := append([]store.Write{store.Put{Record: payment.Encode(next)}}, references(next, t, seen)...)
		err = o.Store.Commit(ctx, append(writes, more...)...)
		if err == nil {
			next.Version++
			o.Log.InfoContext(ctx, "payment moved", "tenant", p.Tenant, "account", p.Account, "payment", p.ID, "from", t.From, "to", t.To, "by", seen.By)
			return next, t, nil
		}
		if !store.IsConflict(err) {
			return p, payment.Transition{From: p.State, To: p.State}, err
		}
		if err := o.referenceConflict(ctx, err, &next, t, seen); err != nil {
			return p, payment.Transition{From: p.State, To: p.State}, err
		}
	}
	return payment.Payment{}, payment.Transition{}, fmt.Errorf("%w: %s changes faster than it can be read", store.ErrBusy, key)
}

// readPayment gives what the caller has, on the first try, and then what the store has.
func (o Observer) readPayment(ctx context.Context, key store.Key, try int, has []payment.Payment) (payment.Payment, error) {
	if try == 0 && len(has) > 0 {
		return has[0], nil
	}
	record, err := o.Store.Get(ctx, key)
	if err != nil {
		return payment.Payment{}, err
	}
	return payment.Decode(record)
}

// references are the write-once records by which later evidence finds the payment.
func references(p payment.Payment, t payment.Transition, seen payment.Observation) []store.Write {
	var writes []store.Write
	if mutant.On("no-dedupe") {
		return nil
	}
	if seen.Claim == payment.ClaimVoucher {
		writes = append(writes, store.Put{Record: payment.EncodePointer(payment.ReferenceKey(p.Tenant, p.Account, p.Voucher.Code), p.ID)})
	}
	if t.Named {
		writes = append(writes, store.Put{Record: payment.EncodePointer(payment.TransactionKey(p.Tenant, p.Account, seen.TransactionID), p.ID)})
	}
	return writes
}

// referenceConflict tells a lost race, which the caller repeats, from a reference that is another payment's.
func (o Observer) referenceConflict(ctx context.Context, conflict error, p *payment.Payment, t payment.Transition, seen payment.Observation) error {
	for _, w := range references(*p, t, seen) {
		key := store.KeyOf(w)
		if store.Lost(conflict, key) == "" {
			continue
		}
		record, err := o.Store.Get(ctx, key)
		if err != nil {
			return err
		}
		if owner := payment.DecodePointer(record); owner != p.ID {
			o.Log.ErrorContext(ctx, "provider reused a reference", "tenant", p.Tenant, "payment", p.ID, "owner", owner)
			return fmt.Errorf("%w: %s", ErrReferenceTaken, key)
		}
	}
	return nil
}
