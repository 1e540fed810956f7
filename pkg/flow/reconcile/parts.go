package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// plan is a large day as it was split. It and its parts are files named by their content, so that a step that is repeated on
// other books makes another plan and spoils none.
type plan struct {
	settlement.Plan
	Record  store.Key        `json:"record"`
	Counts  []string         `json:"counts"`            // digests of the files that count, and how often it was asked for again
	Named   []string         `json:"named"`             // per part: the name of its file
	Problem string           `json:"problem,omitempty"` // a file that cannot be read to its end
	Again   []settlement.Row `json:"again,omitempty"`   // second cash of one voucher
}

// part is one part of the day.
type part struct {
	Entries []settlement.Entry `json:"entries"`
	Rows    []settlement.Row   `json:"rows"` // by file and line
}

const (
	partSize  = 1 << 20 // bytes of files to one part: what a function matches and folds well within its time
	mostParts = 1000
)

// split reads the day once and keeps it in parts.
func (r *Reconciler) split(ctx context.Context, s Step) (Step, error) {
	key, err := ordered(s.Key)
	if err != nil {
		return Step{}, err
	}
	rec, client, err := r.asking(ctx, key)
	if err != nil || client == nil {
		return Step{Parts: []int{}}, err
	}
	rows, problem, err := r.rows(ctx, client, rec)
	if err != nil {
		return Step{}, err
	}
	rules, err := r.rulesOf(ctx, client)
	if err != nil {
		return Step{}, err
	}
	b, err := r.books(ctx, client.Account(), rules, rec.Date, rows, true)
	if err != nil {
		return Step{}, err
	}
	var files []string
	for _, f := range rec.Current() {
		files = append(files, f.Name)
	}
	p := plan{Record: key, Counts: digests(rec), Problem: problem,
		Plan: settlement.NewPlan(int(min(max(sizeOf(rec)/partSize, 2), mostParts)), files, b.entries, rows)}
	parts := make([]part, p.Parts)
	for _, row := range rows {
		n := p.Row(row)
		parts[n].Rows = append(parts[n].Rows, row)
		if _, again := b.further[row.TransactionID]; again {
			p.Again = append(p.Again, row)
		}
	}
	for _, e := range b.entries {
		n := p.Entry(e)
		parts[n].Entries = append(parts[n].Entries, e)
	}
	answer := Step{Parts: make([]int, p.Parts)}
	for n, x := range parts {
		name, err := r.keepPart(ctx, rec, x)
		if err != nil {
			return Step{}, err
		}
		p.Named, answer.Parts[n] = append(p.Named, name), n
	}
	answer.Plan, err = r.keepPart(ctx, rec, p)
	return answer, err
}

// asking reads the day; without a client if it asks for nothing any more.
func (r *Reconciler) asking(ctx context.Context, key store.Key) (reconciliation.Reconciliation, *provider.Client, error) {
	record, err := r.Store.Get(ctx, key)
	if err != nil {
		return reconciliation.Reconciliation{}, nil, err
	}
	rec, err := reconciliation.Decode(record)
	if err != nil || rec.Due == 0 || rec.Closed() {
		return rec, nil, err
	}
	client, err := r.Clients.Client(ctx, rec.Account)
	return rec, client, err
}

func digests(rec reconciliation.Reconciliation) (list []string) {
	for _, f := range rec.Current() {
		list = append(list, f.Name+" "+f.Digest)
	}
	if rec.Asked > 0 {
		list = append(list, fmt.Sprint("asked ", rec.Asked))
	}
	return list
}

// keepPart writes a value under a name made of it.
func (r *Reconciler) keepPart(ctx context.Context, rec reconciliation.Reconciliation, v any) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	name := fmt.Sprintf("partition/%s/%s/%s.json", rec.Tenant, rec.ID, hex.EncodeToString(sum[:16]))
	return name, r.Files.Put(ctx, name, body)
}

func (r *Reconciler) readPart(ctx context.Context, name string, into any) error {
	body, err := r.Files.Get(ctx, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("reconcile: %s: %w", name, err)
	}
	return nil
}

// planned reads the plan and its day; without a client if there is nothing to do any more: the day has been compared
// meanwhile, or other files, fees or rates count.
func (r *Reconciler) planned(ctx context.Context, name string) (p plan, rec reconciliation.Reconciliation, client *provider.Client, err error) {
	if err := r.readPart(ctx, name, &p); err != nil {
		return p, rec, nil, err
	}
	rec, client, err = r.asking(ctx, p.Record)
	if err == nil && !slices.Equal(p.Counts, digests(rec)) {
		client = nil
	}
	return p, rec, client, err
}

// matchedName is where a part's outcome is.
func matchedName(planName string, n int) string {
	return fmt.Sprintf("%s-%d.json", strings.TrimSuffix(planName, ".json"), n)
}

// match compares one part and folds what its rows prove.
func (r *Reconciler) match(ctx context.Context, s Step) error {
	p, rec, client, err := r.planned(ctx, s.Plan)
	if err != nil || client == nil {
		return err
	}
	if s.Part < 0 || s.Part >= len(p.Named) {
		return fmt.Errorf("reconcile: %s has no part %d", s.Plan, s.Part)
	}
	var x part
	if err := r.readPart(ctx, p.Named[s.Part], &x); err != nil {
		return err
	}
	rules, err := r.rulesOf(ctx, client)
	if err != nil {
		return err
	}
	m := p.Match(rec.Date, rules, x.Entries, x.Rows)
	if err := r.foldPart(ctx, client, rec, m.Result); err != nil {
		return err
	}
	m.Result.Matches, m.Result.Proven = nil, nil
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return r.Files.Put(ctx, matchedName(s.Plan, s.Part), body)
}

// foldPart folds what a result proves, on the records as they are now.
func (r *Reconciler) foldPart(ctx context.Context, client *provider.Client, rec reconciliation.Reconciliation, result settlement.Result) error {
	b, err := r.emptyBooks(ctx, client.Account(), rec.Date)
	if err != nil {
		return err
	}
	for _, list := range [][]settlement.Match{result.Matches, result.Proven} {
		for _, m := range list {
			if err := r.inTime(ctx); err != nil {
				return err
			}
			if err := r.record(ctx, b, recordOf(rec.Tenant, m.Entry.ID)); err != nil {
				return err
			}
		}
	}
	return r.fold(ctx, rec, b, result, nil)
}

// recordOf an entry.
func recordOf(tenant, id string) store.Key {
	if strings.HasPrefix(id, "rf_") || strings.HasPrefix(id, "po_") {
		return disbursement.Key(tenant, id)
	}
	return payment.Key(tenant, id)
}

// merge compares what no part could settle by itself, and finishes the day as one run would.
func (r *Reconciler) merge(ctx context.Context, s Step) error {
	p, rec, client, err := r.planned(ctx, s.Plan)
	if err != nil || client == nil {
		return err
	}
	parts := make([]settlement.Matched, len(p.Named))
	for n := range parts {
		if err := r.readPart(ctx, matchedName(s.Plan, n), &parts[n]); err != nil {
			return err
		}
	}
	rules, err := r.rulesOf(ctx, client)
	if err != nil {
		return err
	}
	rest := p.Rest(rec.Date, rules, parts)
	if err := r.foldPart(ctx, client, rec, rest); err != nil {
		return err
	}
	b, err := r.emptyBooks(ctx, client.Account(), rec.Date)
	if err != nil {
		return err
	}
	if err := r.named(ctx, b, p.Again); err != nil {
		return err
	}
	if err := r.paidAgain(ctx, rec, b, p.Again); err != nil {
		return err
	}
	result := p.Sum(parts, rest)
	if err := r.decided(ctx, rec, b, result); err != nil {
		return err
	}
	return r.finish(ctx, rec, result, p.Problem)
}
