package request

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

// The decisions that a buyer can meet who follows a link.
var (
	ErrInvitation        = errors.New("no invitation of ours")
	ErrInvitationOver    = errors.New("the invitation is over")
	ErrInvitationUsed    = errors.New("the invitation was used")
	ErrInvitationTooMany = errors.New("the invitation was tried too often")
)

// maxTold bounds how often something may be sent over one link: whoever has one is not to try numbers with it.
const maxTold = 20

// Invite gives a token by which the buyer of a refund that waits for their details tells them. Who was given it is on record.
// Errors: ErrNotFound, ErrState.
func (r *Requester) Invite(ctx context.Context, c Caller, id string, holds time.Duration) (token string, until time.Time, err error) {
	d, err := r.Find(ctx, c, disbursement.Refund, id)
	if err != nil {
		return "", until, err
	}
	now := r.Now()
	secret, err := r.secrets().Make(ctx, d.Tenant)
	if err != nil {
		return "", until, err
	}
	until = now.Add(holds).Truncate(time.Millisecond)
	_, _, err = r.Observer.DisbursementWith(ctx, disbursement.Key(d.Tenant, d.ID), disbursement.Observation{Claim: disbursement.ClaimInvite,
		By: c.Key.Person, Role: string(c.Key.Role), At: now, Evidence: string(disbursement.ClaimInvite) + ":" + c.Key.Person + ":" + strconv.FormatInt(now.UnixMilli(), 36)})
	if errors.Is(err, disbursement.ErrNotAllowed) {
		return "", until, fmt.Errorf("%w: %v", ErrState, err)
	}
	return merchant.Invitation{Tenant: d.Tenant, Subject: d.ID, Held: d.HeldAt(), Until: until}.Token(secret), until, busy(err)
}

func (r *Requester) secrets() merchant.Secrets {
	return merchant.Secrets{Store: r.Store, Random: r.Random}
}

// Invited is what a buyer is asked.
type Invited struct {
	Invitation merchant.Invitation
	Refund     disbursement.Disbursement
	Country    string
	Fields     []identity.Field        // in the order of the form
	Types      []identity.DocumentType // that may be named
}

// Read finds what a token asks of whom. The tenant it names is to be believed only if there is no error, except for
// ErrInvitationOver and ErrInvitationUsed. Errors: ErrInvitation, ErrInvitationOver, ErrInvitationUsed.
func (r *Requester) Read(ctx context.Context, token string) (Invited, error) {
	i, err := merchant.ParseInvitation(token)
	if err != nil {
		return Invited{}, ErrInvitation
	}
	secret, err := r.secrets().Of(ctx, i.Tenant)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !i.Fits(secret, token)) {
		return Invited{}, ErrInvitation
	}
	if err != nil {
		return Invited{}, err
	}
	v := Invited{Invitation: i}
	record, err := r.Store.Get(ctx, disbursement.Key(i.Tenant, i.Subject))
	if err == nil {
		v.Refund, err = disbursement.Decode(record)
	}
	switch {
	case err != nil:
		return v, err
	case !v.Refund.Invited(i.Held):
		return v, ErrInvitationUsed
	case !r.Now().Before(i.Until):
		return v, ErrInvitationOver
	}
	return v, nil
}

// Ask says what must be told, by the provider's road, by the country and by the merchant's rules.
func (r *Requester) Ask(ctx context.Context, c Caller, v Invited) (Invited, error) {
	country, err := calendar.ByNetwork(v.Refund.Network)
	if err != nil {
		return v, err
	}
	v.Country = country.Code()
	rules := c.Merchant.RulesOn(calendar.On(r.Now(), country.Zone()))
	for _, t := range identity.DocumentTypes(v.Country) {
		if rules.Takes(v.Country, t) {
			v.Types = append(v.Types, t)
		}
	}
	lacks, err := r.lacks(ctx, v, identity.Person{})
	if err != nil {
		return v, err
	}
	if len(lacks) == 0 { // the provider wants more than it says: all of it is asked
		lacks = identity.Fields()
	}
	together := [][]identity.Field{{identity.FieldDocumentType, identity.FieldDocumentNumber}, {identity.FieldBank, identity.FieldAccount, identity.FieldAccountType}}
	for _, f := range identity.Fields() {
		wanted := slices.Contains(lacks, f)
		for _, group := range together {
			wanted = wanted || slices.Contains(group, f) && slices.ContainsFunc(group, func(g identity.Field) bool { return slices.Contains(lacks, g) })
		}
		if wanted {
			v.Fields = append(v.Fields, f)
		}
	}
	return v, nil
}

// lacks names what the provider would still want, were a buyer to tell this.
func (r *Requester) lacks(ctx context.Context, v Invited, told identity.Person) ([]identity.Field, error) {
	client, err := r.Clients.Client(ctx, v.Refund.Account)
	if err != nil {
		return nil, err
	}
	return lacking(client, v.Refund.Kind, v.Refund.Route, v.Refund.Beneficiary.With(told)), nil
}

// Try counts that something is sent over a link. Error: ErrInvitationTooMany.
func (r *Requester) Try(ctx context.Context, v Invited) error {
	i := v.Invitation
	key := store.Key{PK: i.Tenant + "#invitation#" + i.Subject + "#" + strconv.FormatInt(i.Until.UnixMilli(), 36), SK: "tries"}
	for range 2 {
		err := r.Store.Commit(ctx, store.Take{Key: key, Amount: 1})
		switch store.Lost(err, key) {
		case store.Short:
			return ErrInvitationTooMany
		case store.Absent:
			err = r.Store.Commit(ctx, store.Put{Record: store.Record{Key: key, Free: maxTold - 1}})
			if store.IsConflict(err) {
				continue // another was first
			}
		}
		return busy(err)
	}
	return ErrBusy
}

// Told takes what a buyer told over a link, by the road on which a merchant's people tell it: the rules hold, what must be
// agreed to is asked for again, and then it is sent. It is taken once. What the provider still wants comes back, and nothing
// is kept. Errors: ErrDocument, ErrInvitationUsed.
func (r *Requester) Told(ctx context.Context, c Caller, v Invited, told identity.Person) (lacks []identity.Field, err error) {
	d, now := v.Refund, r.Now()
	if lacks, err = r.lacks(ctx, v, told); err != nil || len(lacks) > 0 {
		return lacks, err
	}
	o := disbursement.Observation{Claim: disbursement.ClaimSupply, By: disbursement.ByBuyer, At: now, Evidence: disbursement.Answered(v.Invitation.Held),
		Beneficiary: told, Note: "told by the buyer", AskUntil: askUntil(c.Merchant.RulesOn(Today(now)), d.NeedsRole, now)}
	more, err := r.supplied(ctx, c, d, told, &o)
	if err != nil {
		return nil, err
	}
	after, t, err := r.Observer.DisbursementWith(ctx, disbursement.Key(d.Tenant, d.ID), o, more...)
	switch {
	case errors.Is(err, disbursement.ErrMoved) && after.Invited(v.Invitation.Held), store.IsConflict(err):
		return nil, fmt.Errorf("%w: somebody looks at it", ErrBusy)
	case errors.Is(err, disbursement.ErrMoved), errors.Is(err, disbursement.ErrNotAllowed), err == nil && !t.Moved:
		return nil, ErrInvitationUsed // somebody was quicker: the buyer with a second click, or the merchant
	case err != nil:
		return nil, busy(err)
	}
	if after.State == disbursement.Queued {
		r.submit(ctx, disbursement.Key(d.Tenant, d.ID))
	}
	return nil, nil
}
