package request

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

// screen holds a draft against what the rules want of people: their documents, the block list, what they are paid in a
// month. Without such rules nothing is read. The writes that count go along with the acceptance. Errors: ErrDocument,
// ErrPapers.
func (r *Requester) screen(ctx context.Context, t *plan, who identity.Person) error {
	if t.d.Route == disbursement.CashWithdrawal {
		t.d.RemindHours = t.rules.Cash.RemindHours
	}
	country, err := calendar.ByNetwork(t.d.Network)
	if err != nil {
		return err
	}
	if err := document(t, country.Code(), who); err != nil {
		return err
	}
	if missing := lacksPapers(t); len(missing) > 0 {
		return fmt.Errorf("%w: %v", ErrPapers, missing)
	}
	ids := merchant.PersonIDs(t.d.Tenant, country.Code(), who.DocumentType, who.DocumentNumber)
	if t.rules.Screen.Blocked {
		for _, id := range ids {
			blocked, err := r.blocked(ctx, t.d.Tenant, id)
			if err != nil {
				return err
			}
			if blocked {
				t.choice.Hold, t.choice.Wants = disbursement.HoldBlocked, "the beneficiary is on the block list"
			}
		}
	}
	if len(ids) > 0 && t.rules.Counts() {
		if err := r.count(ctx, t, country.Code(), ids[len(ids)-1], who.DocumentNumber); err != nil {
			return err
		}
	}
	r.check(ctx, t, country.Code(), who)
	return nil
}

// supplied holds what is told of a held disbursement's beneficiary against the rules of today, as acceptance did with what was
// known then. Its writes that count go along with the supply, which holds for the record as it was read only; a person who
// must be looked at stays held. Error: ErrDocument.
func (r *Requester) supplied(ctx context.Context, c Caller, d disbursement.Disbursement, told identity.Person, o *disbursement.Observation) ([]store.Write, error) {
	country, err := calendar.ByNetwork(d.Network)
	if err != nil {
		return nil, err
	}
	today := calendar.On(r.Now(), country.Zone())
	t := plan{d: d, rules: c.Merchant.RulesOn(today)}
	t.d.AcceptedOn = today // it is paid in the month in which it is known whom
	who := d.Beneficiary.With(told)
	if err := document(&t, country.Code(), who); err != nil {
		return nil, err
	}
	o.Rests = d.Version
	ids := merchant.PersonIDs(d.Tenant, country.Code(), who.DocumentType, who.DocumentNumber)
	if len(ids) == 0 || !t.rules.Counts() {
		return nil, nil
	}
	before := d.Beneficiary
	if before.IsZero() && d.Route == disbursement.Original && d.Payment != "" {
		p, err := r.FindPayment(ctx, c, d.Payment)
		if err != nil {
			return nil, err
		}
		before = p.Payer
	}
	t.counted = slices.Contains(merchant.PersonIDs(d.Tenant, country.Code(), before.DocumentType, before.DocumentNumber), ids[len(ids)-1])
	err = r.count(ctx, &t, country.Code(), ids[len(ids)-1], who.DocumentNumber)
	o.HoldReason = t.choice.Hold
	return t.more, err
}

// blocked says whether a person is on a merchant's block list.
func (r *Requester) blocked(ctx context.Context, tenant, person string) (bool, error) {
	record, err := r.Store.Get(ctx, merchant.BlockedKey(tenant, person))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	b, err := merchant.DecodeBlocked(record)
	return b.LiftedBy == "", err
}

// document checks a beneficiary's document where the rules list which there may be.
func document(t *plan, country string, who identity.Person) error {
	if !t.rules.Speaks(country) || t.d.Route == disbursement.Original || t.choice.Hold == disbursement.HoldDetails {
		return nil
	}
	d, err := identity.ParseDocument(country, who.DocumentType, who.DocumentNumber.Reveal())
	if err != nil {
		return fmt.Errorf("%w: %v", ErrDocument, err)
	}
	if !t.rules.Takes(country, d.Type) {
		return fmt.Errorf("%w: the rules take no %s", ErrDocument, d.Type)
	}
	return nil
}

func lacksPapers(t *plan) (missing []string) {
	for _, name := range t.rules.Wants(string(t.d.Kind), t.d.Reason, t.d.Amount) {
		if !slices.ContainsFunc(t.d.Papers, func(p disbursement.Paper) bool { return p.Name == name }) {
			missing = append(missing, name)
		}
	}
	return missing
}

// count adds a draft to what its beneficiary is paid in the month, and to the register if a threshold is reached. What is
// counted is what was asked for: some of it may yet be stopped.
func (r *Requester) count(ctx context.Context, t *plan, country, person string, number identity.Sensitive) error {
	d := t.d
	if most := t.rules.Screen.Stores; most > 0 {
		seen, err := r.add(ctx, t, merchant.StoresKey(d.Tenant, person, d.AcceptedOn), 0, d.Store)
		if err != nil {
			return err
		}
		if stores := len(seen.Tags); stores > most && t.choice.Hold == "" {
			t.choice.Hold, t.choice.Wants = disbursement.HoldScreened, fmt.Sprintf("paid from %d stores this month", stores)
		}
	}
	if len(t.rules.Register) == 0 || t.counted {
		return nil
	}
	minor := d.Amount.Minor()
	sum, err := r.add(ctx, t, merchant.MonthKey(d.Tenant, person, d.Amount.Currency(), d.AcceptedOn), minor, "")
	for _, row := range t.rules.Registers(country, d.Amount.Currency(), minor, sum.Free-minor) {
		row.ID, row.Day, row.Person, row.Number = d.ID, d.AcceptedOn, person, number.Mask()
		t.more = append(t.more, store.Put{Record: merchant.EncodeEntry(d.Tenant, row)})
	}
	return err
}

// add prepares the write that raises a counter and notes a tag in it, and says how it will stand. It holds only if the
// counter stands as it was read: of two at once for one person one is told to ask again, so that no threshold is passed
// unseen.
func (r *Requester) add(ctx context.Context, t *plan, key store.Key, minor int64, tag string) (store.Record, error) {
	record, err := r.Store.Get(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return record, err
	}
	record.Key = key
	record.Free += minor
	if tag != "" && !slices.Contains(record.Tags, tag) {
		record.Tags = append(slices.Clone(record.Tags), tag)
	}
	t.more = append(t.more, store.Put{Record: record})
	return record, nil
}

// Block puts a person on the caller's block list, or says more about one who is there.
func (r *Requester) Block(ctx context.Context, c Caller, country, kind string, number identity.Sensitive, why string) (merchant.Blocked, error) {
	ids := merchant.PersonIDs(c.Merchant.ID, country, kind, number)
	if len(ids) == 0 {
		return merchant.Blocked{}, fmt.Errorf("%w: no number", ErrDocument)
	}
	b := merchant.Blocked{ID: ids[len(ids)-1], Country: country, DocumentType: kind, Number: number.Mask(), Why: why, By: c.Key.Person, At: r.Now().UTC()}
	version := int64(0)
	record, err := r.Store.Get(ctx, merchant.BlockedKey(c.Merchant.ID, b.ID))
	if err == nil {
		version = record.Version
	} else if !errors.Is(err, store.ErrNotFound) {
		return b, err
	}
	err = r.Store.Commit(ctx, store.Put{Record: merchant.EncodeBlocked(c.Merchant.ID, b, version)})
	if store.IsConflict(err) {
		return b, fmt.Errorf("%w: it changed meanwhile", ErrBusy)
	}
	return b, busy(err)
}

// Unblock takes a person off the caller's block list; who did is kept. Error: ErrNotFound.
func (r *Requester) Unblock(ctx context.Context, c Caller, person string) (merchant.Blocked, error) {
	record, err := r.Store.Get(ctx, merchant.BlockedKey(c.Merchant.ID, person))
	if err != nil {
		return merchant.Blocked{}, notFound(err, "blocked person")
	}
	b, err := merchant.DecodeBlocked(record)
	if err != nil || b.LiftedBy != "" {
		return b, err
	}
	b.LiftedBy = c.Key.Person
	err = r.Store.Commit(ctx, store.Put{Record: merchant.EncodeBlocked(c.Merchant.ID, b, record.Version)})
	if store.IsConflict(err) {
		return b, fmt.Errorf("%w: it changed meanwhile", ErrBusy)
	}
	return b, busy(err)
}
