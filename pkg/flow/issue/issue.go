// Package issue gives out what proves how a refund or payout went: a receipt for people, and evidence for who settles a dispute. A
// receipt is drawn from the journal, archived where
// nobody can remove it before the country's rule allows, and its digest noted in the journal, so that a changed copy shows.
package issue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/receipt"
	"github.com/vuelto/vuelto/pkg/store"
)

var (
	// ErrNotFound says that the merchant has no such refund or payout.
	ErrNotFound = errors.New("issue: not found")
	// ErrDiffers says that what is archived is not what the journal knows: a person must look.
	ErrDiffers = errors.New("issue: the archive differs from the journal")
	// ErrArchive says that the archive did not take or give it now.
	ErrArchive = errors.New("issue: the archive does not answer")
)

// Issuer gives out receipts.
type Issuer struct {
	Store    store.Store
	Observer observe.Observer
	Vault    file.Vault // receipts, and the sealed days
	Files    file.Store // settlement files as they came
	Live     bool       // real money moved
	Now      func() time.Time
	Log      *slog.Logger
}

// Asked is who asks for what.
type Asked struct {
	Merchant merchant.Merchant
	Person   string
	Role     string // of the person, by the key they used
	Kind     disbursement.Kind
	ID       string
	Language string // of receipt.Languages
}

// Find reads what is asked about. Error: ErrNotFound.
func (i *Issuer) Find(ctx context.Context, q Asked) (disbursement.Disbursement, error) {
	record, err := i.Store.Get(ctx, disbursement.Key(q.Merchant.ID, q.ID))
	if errors.Is(err, store.ErrNotFound) {
		return disbursement.Disbursement{}, fmt.Errorf("%w: no such %s", ErrNotFound, q.Kind)
	}
	if err != nil {
		return disbursement.Disbursement{}, err
	}
	d, err := disbursement.Decode(record)
	if err == nil && d.Kind != q.Kind {
		err = fmt.Errorf("%w: no such %s", ErrNotFound, q.Kind)
	}
	return d, err
}

// Receipt is the receipt of how it ended. The first one of an ending and language is the one: it is archived, then noted, and from
// then on read back. Errors: ErrNotFound, receipt.ErrNotReady, receipt.ErrLanguage, ErrArchive, ErrDiffers, store.ErrBusy.
func (i *Issuer) Receipt(ctx context.Context, q Asked) ([]byte, error) {
	d, err := i.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	return i.receipt(ctx, d, q)
}

func (i *Issuer) receipt(ctx context.Context, d disbursement.Disbursement, q Asked) ([]byte, error) {
	r, err := receipt.Of(d, q.Merchant, i.Live, q.Language)
	if err != nil {
		return nil, err
	}
	if digest := d.Receipt(r.Name()); digest != "" {
		return i.kept(ctx, d.Tenant, d.ID, r.Name(), digest)
	}
	body := Draw(r)
	kept, err := i.archive(ctx, d, r, body)
	if err != nil {
		return nil, err
	}
	sum := digestOf(kept)
	d, _, err = i.Observer.Disbursement(ctx, disbursement.Key(d.Tenant, d.ID), disbursement.Observation{Claim: disbursement.ClaimIssue,
		Evidence: disbursement.ReceiptMark + r.Name() + ":" + sum, By: q.Person, Role: q.Role, At: i.Now(), Note: "receipt issued"}, d)
	if errors.Is(err, disbursement.ErrNotAllowed) { // it came back, or was contradicted, this very moment
		return nil, fmt.Errorf("%w: %v", receipt.ErrNotReady, err)
	}
	if err == nil && d.Receipt(r.Name()) != sum {
		return i.kept(ctx, d.Tenant, d.ID, r.Name(), d.Receipt(r.Name()))
	}
	return kept, err
}

// archive keeps a receipt for as long as its country asks. What an earlier try, perhaps of another release, has kept is the receipt.
func (i *Issuer) archive(ctx context.Context, d disbursement.Disbursement, r receipt.Receipt, body []byte) ([]byte, error) {
	country, err := calendar.ByNetwork(d.Network)
	if err != nil {
		return nil, err
	}
	until, err := receipt.Until(country, r.At)
	if err != nil {
		return nil, err
	}
	err = i.Vault.Lock(ctx, r.File(), body, until)
	if errors.Is(err, file.ErrExists) {
		body, err = i.Vault.Get(ctx, r.File())
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrArchive, err)
	}
	return body, nil
}

// kept reads back what was issued before, if it is what the journal knows.
func (i *Issuer) kept(ctx context.Context, tenant, id, name, digest string) ([]byte, error) {
	path := receipt.File(tenant, id, name)
	body, err := i.Vault.Get(ctx, path)
	if err != nil && !errors.Is(err, file.ErrNotFound) {
		return nil, fmt.Errorf("%w: %v", ErrArchive, err)
	}
	if err != nil || digestOf(body) != digest {
		i.Log.ErrorContext(ctx, "receipt differs from the journal", "tenant", tenant, "disbursement", id, "name", path)
		return nil, fmt.Errorf("%w: %s", ErrDiffers, path)
	}
	return body, nil
}

func digestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
