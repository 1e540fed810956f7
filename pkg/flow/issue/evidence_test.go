package issue_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/evidence"
	"github.com/vuelto/vuelto/pkg/flow/issue"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

// evidence is the pack as it is given out, which must be in order.
func (r *rig) evidence() ([]byte, evidence.Read) {
	r.Helper()
	body, err := r.Issuer.Evidence(context.Background(), asked("es"))
	if err != nil {
		r.Fatal(err)
	}
	read, wrong, err := evidence.Verify(body)
	if err != nil || len(wrong) > 0 {
		r.Fatalf("%v %q", err, wrong)
	}
	return body, read
}

func (r *rig) put(records ...store.Record) {
	r.Helper()
	for _, record := range records {
		if err := r.Store.Commit(context.Background(), store.Put{Record: record}); err != nil {
			r.Fatal(err)
		}
	}
}

// listed says whether a pack has a file, or names it among what is missing.
func listed(read evidence.Read, part string) (there, missing bool) {
	for _, f := range read.Manifest.Files {
		there = there || strings.Contains(f.Name, part)
	}
	for _, m := range read.Manifest.Missing {
		missing = missing || strings.Contains(m.What+m.Why, part)
	}
	return there, missing
}

// settled is the refund with a settlement row, and its files in the archive.
func settled(t *testing.T, row string) *rig {
	t.Helper()
	r := open(t)
	r.must("es")
	body := []byte("id;amount\n" + row + "\nPR-1;-5\n")
	sum := sha256.Sum256(body)
	name := reconciliation.File{Name: "day.csv", Digest: hex.EncodeToString(sum[:]), Path: "settlement/demo/acc/2026-11-23/day.csv"}
	if err := r.files.Put(context.Background(), name.Path, body); err != nil {
		t.Fatal(err)
	}
	day := calendar.Date{Year: 2026, Month: 11, Day: 23}
	r.put(reconciliation.Encode(reconciliation.Reconciliation{Tenant: "demo", ID: reconciliation.ID("demo", "acc", day), Account: "acc", Date: day,
		Files: []reconciliation.File{name}}))
	d := r.stored()
	d.Account, d.Reference, d.State, d.SettledOn = "acc", "EF-9", disbursement.Settled, day
	d.History = append(d.History, disbursement.Step{At: noon.Add(72 * time.Hour), From: disbursement.Paid, To: disbursement.Settled, Evidence: "day.csv#2", By: "settlement"})
	r.put(disbursement.Encode(d))
	return r
}

// TestEvidenceOfEveryKind: receipt, row, seal; what is not there is named; the same bytes as long as nothing is added.
func TestEvidenceOfEveryKind(t *testing.T) {
	r := settled(t, "EF-9;-50000")
	r.seal(2)
	first, read := r.evidence()
	again, _ := r.evidence()
	if !bytes.Equal(first, again) || read.Sealed != 2 || read.Manifest.Entries != 4 || !bytes.Contains(first, []byte("id;amount\nEF-9;-50000\n")) || bytes.Contains(first, []byte("PR-1;-5")) {
		t.Errorf("%d sealed: %+v", read.Sealed, read.Manifest)
	}
	for _, part := range []string{"receipts/2-es.pdf", "settlement/4.txt", "seals/2026-11-20.json", "journal.jsonl", "facts.json"} {
		if there, _ := listed(read, part); !there {
			t.Errorf("no %s", part)
		}
	}
	for _, part := range []string{"the webhook behind entry 2", "the seal of entry 3", "the seal of entry 4"} {
		if _, missing := listed(read, part); !missing {
			t.Errorf("%s is not named: %+v", part, read.Manifest.Missing)
		}
	}
	if bytes.Contains(first, []byte("王小明")) {
		t.Error("the name is elsewhere than on the receipt")
	}
}

// TestTheWebhookAsItCame is in the pack with what its signature was made of and without what opens a door; one that is not the one that
// came, or is not kept any more, is named.
func TestTheWebhookAsItCame(t *testing.T) {
	r := settled(t, "EF-9;-50000")
	kept := webhook.Delivery{Tenant: "demo", Account: "acc", Path: "/webhooks/efecty/acc?token=hush", Body: []byte("{\"event\": \"paid\" }\n"), ReceivedAt: noon,
		Header: http.Header{"X-Signature": {"5ca1ab1e"}, "Authorization": {"Bearer hush"}, "X-Api-Key": {"hush"}, "X-Auth-Token": {"hush"}}}
	r.put(webhook.Encode(kept))
	d := r.stored()
	d.History[1].Delivery = webhook.Digest(kept.Body)
	r.put(disbursement.Encode(d))
	body, read := r.evidence()
	for _, part := range []string{"webhooks/2.body", "webhooks/2.headers.txt"} {
		if there, _ := listed(read, part); !there {
			t.Errorf("no %s: %+v", part, read.Manifest.Missing)
		}
	}
	if !bytes.Contains(body, kept.Body) || !bytes.Contains(body, []byte("X-Signature: 5ca1ab1e\n")) || bytes.Contains(body, []byte("hush")) {
		t.Errorf("%q", body)
	}
	for what, change := range map[string]func(*disbursement.Disbursement){
		"it is not kept any more":           func(d *disbursement.Disbursement) { d.History[1].Delivery = strings.Repeat("0", 32) },
		"the webhook behind entry 2":        func(d *disbursement.Disbursement) { d.History[1].Delivery = "" },
		"what is kept is not what came: th": func(d *disbursement.Disbursement) { d.History[1].Delivery = strings.Repeat("1", 32) },
	} {
		other := webhook.Encode(kept)
		other.Key = webhook.KeyByDigest("demo", "acc", strings.Repeat("1", 32))
		if _, err := r.Store.Get(context.Background(), other.Key); err != nil {
			r.put(other)
		}
		d := r.stored()
		change(&d)
		r.put(disbursement.Encode(d))
		_, read := r.evidence()
		if _, missing := listed(read, what); !missing {
			t.Errorf("%s is not named: %+v", what, read.Manifest.Missing)
		}
	}
}

// seal closes the twentieth with the first entries of the refund, the night after it.
func (r *rig) seal(entries int) {
	r.Helper()
	chain, d := audit.Begin("demo", "rf_1"), r.stored()
	var lines []audit.Line
	for _, step := range d.Journal()[:entries] {
		before := chain.Last()
		n, sum := chain.Add(step)
		lines = append(lines, audit.NewLine("rf_1", n, step, before, sum))
	}
	text, _, err := audit.Write("demo", "2026-11-20", "", lines)
	if err == nil {
		err = r.files.Put(context.Background(), audit.Name("demo", "2026-11-20"), text)
	}
	if err != nil {
		r.Fatal(err)
	}
	r.Now = func() time.Time { return noon.Add(24 * time.Hour) }
}

// TestWhatTheJournalDoesNotSayShows: a journal that was changed after its night is given out as it is, and its seal tells.
func TestWhatTheJournalDoesNotSayShows(t *testing.T) {
	r := open(t)
	r.must("es")
	r.seal(2)
	d := r.stored()
	d.History[0].By = "eva"
	r.put(disbursement.Encode(d))
	body, err := r.Issuer.Evidence(context.Background(), asked("es"))
	if err != nil {
		t.Fatal(err)
	}
	if _, wrong, err := evidence.Verify(body); err != nil || !strings.Contains(strings.Join(wrong, "\n"), "sealed otherwise") {
		t.Errorf("%v %q", err, wrong)
	}
}

// TestAnotherRowIsNoEvidence: files may share a name, so the line must speak of the refund.
func TestAnotherRowIsNoEvidence(t *testing.T) {
	r := settled(t, "EF-8;-50000")
	if _, read := r.evidence(); !strings.Contains(strings.ReplaceAll(read.Manifest.Missing[len(read.Manifest.Missing)-2].Why, "\n", ""), "names it by none") {
		t.Errorf("%+v", read.Manifest.Missing)
	}
	r = settled(t, "EF-9;-50000")
	r.files.instead = nil
	r.Files = &vault{Store: r.files.Store, refusing: errors.New("slow down")}
	if _, err := r.Issuer.Evidence(context.Background(), asked("es")); !errors.Is(err, issue.ErrArchive) {
		t.Errorf("%v", err)
	}
}

// TestEvidenceBeforeTheEnd has no receipt, and says so; nobody else's is given out.
func TestEvidenceBeforeTheEnd(t *testing.T) {
	r := open(t)
	d := r.stored()
	d.State, d.History = disbursement.Queued, d.History[:1]
	r.put(disbursement.Encode(d))
	_, read := r.evidence()
	if there, _ := listed(read, "receipts/"); there || read.Manifest.State != "queued" {
		t.Errorf("%+v", read.Manifest)
	}
	if _, missing := listed(read, "it has not ended"); !missing {
		t.Errorf("%+v", read.Manifest.Missing)
	}
	for _, q := range []issue.Asked{{Merchant: merchant.Merchant{ID: "other"}, Kind: disbursement.Refund, ID: "rf_1", Language: "es"},
		{Merchant: merchant.Merchant{ID: "demo"}, Kind: disbursement.Payout, ID: "rf_1", Language: "es"}} {
		if _, err := r.Issuer.Evidence(context.Background(), q); !errors.Is(err, issue.ErrNotFound) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}
