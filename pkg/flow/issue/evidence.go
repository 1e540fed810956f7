package issue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/evidence"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/receipt"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

// Evidence is all that proves how a refund or payout went, in one file, whatever its state. As long as nothing is added to the journal,
// and no further day of it sealed, it is the same bytes. Errors: as Receipt, but for receipt.ErrNotReady.
func (i *Issuer) Evidence(ctx context.Context, q Asked) ([]byte, error) {
	d, err := i.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	g := gatherer{Issuer: i}
	_, err = i.receipt(ctx, d, q)
	if errors.Is(err, receipt.ErrNotReady) {
		g.missing("a receipt", "it has not ended: it is "+string(d.State))
	} else if err != nil {
		return nil, err
	}
	if d, err = i.Find(ctx, q); err != nil { // with the receipt noted
		return nil, err
	}
	if err := errors.Join(g.receipts(ctx, d), g.days(ctx, d), g.rows(ctx, d), g.callbacks(ctx, d)); err != nil {
		return nil, err
	}
	g.pack.Journal = d.Journal()
	g.pack.Facts = evidence.Facts{Tenant: d.Tenant, ID: d.ID, Kind: string(d.Kind), State: string(d.State), Amount: d.Amount.Minor(),
		Received: d.Received, Returned: d.Returned, Currency: string(d.Amount.Currency()), Network: d.Network, Provider: d.Provider,
		Account: d.Account, Reference: d.Reference, MerchantRef: d.MerchantRef, Payment: d.Payment, Order: d.Order, Live: i.Live}
	return evidence.Write(g.pack)
}

// Who brought an entry of the journal, as far as it leads to what came.
const (
	byWebhook    = "webhook"
	bySettlement = "settlement"
)

// gatherer collects what goes into a pack.
type gatherer struct {
	*Issuer
	pack evidence.Pack
}

func (g *gatherer) missing(what, why string) {
	g.pack.Missing = append(g.pack.Missing, evidence.Missing{What: what, Why: why})
}

// receipts are those that the journal knows, of every ending and language.
func (g *gatherer) receipts(ctx context.Context, d disbursement.Disbursement) error {
	for _, step := range d.History {
		mark, ok := strings.CutPrefix(step.Evidence, disbursement.ReceiptMark)
		name, digest, found := strings.Cut(mark, ":")
		if !ok || !found || digest != d.Receipt(name) {
			continue // evidence of a provider that is called so
		}
		body, err := g.kept(ctx, d.Tenant, d.ID, name, digest)
		if err != nil {
			return err
		}
		g.pack.Parts = append(g.pack.Parts, evidence.Part{Name: evidence.Receipts + name + ".pdf", Body: body, What: "the receipt, of which the journal has the SHA-256"})
	}
	return nil
}

// days are the seals of the days on which something was told of it. An entry is sealed with the day on which it was told, which may be
// the one after it was made.
func (g *gatherer) days(ctx context.Context, d disbursement.Disbursement) error {
	looked, held := map[time.Time]bool{}, map[int]bool{}
	today := g.Now().UTC().Truncate(24 * time.Hour)
	for _, step := range d.History {
		for _, later := range []int{0, 1} {
			day := step.At.UTC().Truncate(24*time.Hour).AddDate(0, 0, later)
			if looked[day] || !day.Before(today) {
				continue
			}
			looked[day] = true
			if err := g.day(ctx, d, day.Format(time.DateOnly), held); err != nil {
				return err
			}
		}
	}
	for n, step := range d.History {
		if !held[n+1] {
			g.missing(fmt.Sprintf("the seal of entry %d of the journal", n+1), "its day, "+step.At.UTC().Format(time.DateOnly)+", is sealed in the night after it")
		}
	}
	return nil
}

func (g *gatherer) day(ctx context.Context, d disbursement.Disbursement, day string, held map[int]bool) error {
	text, err := g.Vault.Get(ctx, audit.Name(d.Tenant, day))
	if errors.Is(err, file.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %v", ErrArchive, err)
	}
	entries, sealed, err := audit.Prove(text, d.ID)
	if err != nil {
		return fmt.Errorf("issue: the sealed day %s: %w", day, err)
	}
	for _, p := range entries {
		held[p.Line.Entry] = true
	}
	if len(entries) > 0 {
		g.pack.Days = append(g.pack.Days, evidence.Sealed{Seal: sealed, Entries: entries})
	}
	return nil
}

// callbacks are the webhooks that brought entries, byte for byte, with the headers that their signatures are made of.
func (g *gatherer) callbacks(ctx context.Context, d disbursement.Disbursement) error {
	for n, step := range d.History {
		if step.By != byWebhook {
			continue
		}
		what := fmt.Sprintf("the webhook behind entry %d of the journal", n+1)
		if step.Delivery == "" {
			g.missing(what, "it told of others too, or came before webhooks were noted with what they brought")
			continue
		}
		record, err := g.Store.Get(ctx, webhook.KeyByDigest(d.Tenant, d.Account, step.Delivery))
		if errors.Is(err, store.ErrNotFound) {
			g.missing(what, "it is not kept any more")
			continue
		}
		if err != nil {
			return err
		}
		kept, err := webhook.Decode(record)
		if err != nil {
			return err
		}
		if webhook.Digest(kept.Body) != step.Delivery {
			g.missing(what, "what is kept is not what came: the first half of its SHA-256 was "+step.Delivery)
			continue
		}
		name := fmt.Sprintf("%s%d", evidence.Webhooks, n+1)
		g.pack.Parts = append(g.pack.Parts,
			evidence.Part{Name: name + ".body", Body: kept.Body, What: what + ", as it came at " + kept.ReceivedAt.UTC().Format(time.RFC3339)},
			evidence.Part{Name: name + ".headers.txt", Body: headersOf(kept.Header), What: "its headers, without those that open a door"})
	}
	return nil
}

// headersOf are a webhook's headers, a line each, in the order of their names. What authorises whoever shows it stays with us; a signature
// speaks for these bytes alone.
func headersOf(h http.Header) []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if secret := strings.ToLower(name); strings.Contains(secret, "auth") || strings.Contains(secret, "key") || strings.Contains(secret, "token") || strings.Contains(secret, "cookie") {
			continue
		}
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(h[name], ","))
	}
	return b.Bytes()
}

// Bounds of what is searched for a row: days before the entry, and rows of a day's files.
const (
	daysBefore = 7
	mostRows   = 200_000
)

// rows are the lines of settlement files that the journal names, each below the first line of its file. The other lines are of others.
func (g *gatherer) rows(ctx context.Context, d disbursement.Disbursement) error {
	for n, step := range d.History {
		name, number, ok := strings.Cut(step.Evidence, "#")
		line, err := strconv.Atoi(number)
		if step.By != bySettlement || !ok || err != nil {
			continue
		}
		part, why, err := g.row(ctx, d, step.At, name, line)
		if err != nil {
			return err
		}
		if why != "" {
			g.missing(fmt.Sprintf("the settlement row behind entry %d of the journal, line %d of %s", n+1, line, name), why)
			continue
		}
		part.Name = fmt.Sprintf("%s%d.txt", evidence.Settlement, n+1)
		g.pack.Parts = append(g.pack.Parts, part)
	}
	return nil
}

// row looks for a line in the files of the day it was settled on, and of those before it was noted.
func (g *gatherer) row(ctx context.Context, d disbursement.Disbursement, at time.Time, name string, line int) (part evidence.Part, why string, err error) {
	country, err := calendar.ByNetwork(d.Network)
	if err != nil {
		return part, "", err
	}
	days := []calendar.Date{d.SettledOn}
	for back := range daysBefore + 1 {
		days = append(days, calendar.On(at, country.Zone()).AddDays(-back))
	}
	why = "no file of that name speaks of it there"
	for _, day := range days {
		record, err := g.Store.Get(ctx, reconciliation.Key(d.Tenant, reconciliation.ID(d.Tenant, d.Account, day)))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return part, "", err
		}
		r, err := reconciliation.Decode(record)
		if err != nil {
			return part, "", err
		}
		for _, f := range slices.Backward(r.Files) {
			if f.Name != name {
				continue
			}
			if r.Outcome.Rows > mostRows {
				why = "the file, " + f.Path + " with SHA-256 " + f.Digest + ", is too large to look into here"
				continue
			}
			part, why, err = g.cut(ctx, d, f, line)
			if err != nil || why == "" {
				return part, why, err
			}
		}
	}
	return part, why, nil
}

// cut takes a line out of a file, if it is the one: it names the refund by one of its references.
func (g *gatherer) cut(ctx context.Context, d disbursement.Disbursement, f reconciliation.File, line int) (part evidence.Part, why string, err error) {
	body, err := g.Files.Get(ctx, f.Path)
	if err != nil {
		return part, "", fmt.Errorf("%w: %v", ErrArchive, err)
	}
	if digestOf(body) != f.Digest {
		return part, "the file " + f.Path + " is not the one that came: its SHA-256 was " + f.Digest, nil
	}
	lines := bytes.SplitAfter(body, []byte("\n"))
	if bytes.IndexByte(body, 0) >= 0 || line < 2 || line > len(lines) {
		return part, "the file, " + f.Path + " with SHA-256 " + f.Digest + ", is no plain text", nil
	}
	raw := lines[line-1]
	if !slices.ContainsFunc([]string{d.Reference, d.ID, d.MerchantRef, d.OriginalReference, d.OriginalTransaction},
		func(ref string) bool { return ref != "" && bytes.Contains(raw, []byte(ref)) }) {
		return part, "line " + strconv.Itoa(line) + " of " + f.Path + " names it by none of its references", nil
	}
	return evidence.Part{Body: slices.Concat(lines[0], raw),
		What: fmt.Sprintf("the first line and line %d of %s, as they came; the file's SHA-256 is %s, and it is kept as %s", line, f.Name, f.Digest, f.Path)}, "", nil
}
