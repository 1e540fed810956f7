package issue_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/issue"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/receipt"
	"github.com/vuelto/vuelto/pkg/store"
)

var noon = time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)

// rig is an issuer whose archive and store fail when told to.
type rig struct {
	*testing.T
	*memstore.Store
	*issue.Issuer
	files   *vault
	log     bytes.Buffer
	failing error // of commits
}

type vault struct {
	*memfile.Store
	refusing error
	instead  []byte
}

func (v *vault) Lock(ctx context.Context, name string, body []byte, until time.Time) error {
	if v.refusing != nil {
		return v.refusing
	}
	return v.Store.Lock(ctx, name, body, until)
}

func (v *vault) Get(ctx context.Context, name string) ([]byte, error) {
	if v.refusing != nil {
		return nil, v.refusing
	}
	if v.instead != nil {
		return v.instead, nil
	}
	return v.Store.Get(ctx, name)
}

func (r *rig) Commit(ctx context.Context, writes ...store.Write) error {
	if r.failing != nil {
		return r.failing
	}
	return r.Store.Commit(ctx, writes...)
}

func open(t *testing.T) *rig {
	t.Helper()
	now := func() time.Time { return noon.Add(time.Hour) }
	r := &rig{T: t, Store: memstore.New(memstore.Options{Now: now}), files: &vault{Store: memfile.New()}}
	log := slog.New(slog.NewTextHandler(&r.log, nil))
	r.Issuer = &issue.Issuer{Store: r, Observer: observe.Observer{Store: r, Log: log}, Vault: r.files, Files: r.files, Now: now, Log: log}
	d := disbursement.Disbursement{Tenant: "demo", ID: "rf_1", Kind: disbursement.Refund, Store: "store_co", Network: "efecty", Provider: "efecty",
		Amount: money.New(5000000, money.COP), Received: 5000000, PaidAt: noon, State: disbursement.Paid, Route: disbursement.Original,
		Reason: "goodwill", CreatedAt: noon, Beneficiary: identity.Person{Name: "王小明 😀"}, History: []disbursement.Step{
			{At: noon, To: disbursement.Queued, Evidence: "request", By: "ana"},
			{At: noon, From: disbursement.Queued, To: disbursement.Paid, Evidence: "webhook:1", By: "webhook"}}}
	if err := r.Store.Commit(context.Background(), store.Put{Record: disbursement.Encode(d)}); err != nil {
		t.Fatal(err)
	}
	return r
}

func asked(lang string) issue.Asked {
	return issue.Asked{Merchant: merchant.Merchant{ID: "demo", Name: "Tienda"}, Person: "ana", Kind: disbursement.Refund, ID: "rf_1", Language: lang}
}

func (r *rig) receipt(lang string) ([]byte, error) {
	return r.Receipt(context.Background(), asked(lang))
}

func (r *rig) must(lang string) []byte {
	r.Helper()
	body, err := r.receipt(lang)
	if err != nil {
		r.Fatal(err)
	}
	return body
}

// stored is the refund as it is kept now.
func (r *rig) stored() disbursement.Disbursement {
	r.Helper()
	d, err := r.Find(context.Background(), asked("es"))
	if err != nil {
		r.Fatal(err)
	}
	return d
}

const esFile = "receipts/demo/rf_1/2-es.pdf"

// TestAReceiptIsIssuedOnce: the same bytes for ever, archived for as long as the country asks, with its digest in the journal.
func TestAReceiptIsIssuedOnce(t *testing.T) {
	r := open(t)
	first := r.must("es")
	sum := sha256.Sum256(first)
	if got := r.stored().Receipt("2-es"); got != hex.EncodeToString(sum[:]) {
		t.Errorf("the journal has %q", got)
	}
	if until := r.files.Until(esFile); until != time.Date(2036, 11, 21, 5, 0, 0, 0, time.UTC) {
		t.Errorf("locked until %s", until)
	}
	for range 3 {
		if !bytes.Equal(r.must("es"), first) {
			t.Error("another receipt")
		}
	}
	if bytes.Equal(r.must("zh"), first) {
		t.Error("zh is es")
	}
	if d := r.stored(); len(d.History) != 4 || d.History[2].By != "ana" || d.State != disbursement.Paid {
		t.Errorf("%+v", d.History)
	}
}

// TestACrashBetweenArchiveAndJournal, and a try of another release before it: what is archived is the receipt.
func TestACrashBetweenArchiveAndJournal(t *testing.T) {
	r := open(t)
	r.failing = errors.New("killed")
	if _, err := r.receipt("es"); err == nil {
		t.Fatal("given out though the journal does not know it")
	}
	r.failing = nil
	kept, err := r.files.Get(context.Background(), esFile)
	if err != nil || !bytes.Equal(r.must("es"), kept) {
		t.Errorf("not what was archived: %v", err)
	}
	r = open(t)
	if err := r.files.Put(context.Background(), esFile, []byte("%PDF of another release")); err != nil {
		t.Fatal(err)
	}
	if got := r.must("es"); string(got) != "%PDF of another release" || r.stored().Receipt("2-es") == "" {
		t.Errorf("%.40s", got)
	}
}

func TestAnArchiveThatRefuses(t *testing.T) {
	r := open(t)
	r.files.refusing = errors.New("slow down")
	if _, err := r.receipt("es"); !errors.Is(err, issue.ErrArchive) || len(r.stored().History) != 2 {
		t.Errorf("%v", err)
	}
	r.files.refusing = nil
	r.must("es")
	r.files.refusing = errors.New("slow down")
	if _, err := r.receipt("es"); !errors.Is(err, issue.ErrArchive) {
		t.Errorf("%v", err)
	}
}

// TestAForgedReceiptIsNotGivenOut, and an alarm hears of it.
func TestAForgedReceiptIsNotGivenOut(t *testing.T) {
	r := open(t)
	forged := bytes.Replace(r.must("es"), []byte("Tienda"), []byte("Tiendb"), 1)
	r.files.instead = append(forged, ' ')
	if _, err := r.receipt("es"); !errors.Is(err, issue.ErrDiffers) || !strings.Contains(r.log.String(), "receipt differs from the journal") {
		t.Errorf("%v %s", err, &r.log)
	}
	r.files = &vault{Store: memfile.New()} // it is gone
	r.Vault = r.files
	if _, err := r.receipt("es"); !errors.Is(err, issue.ErrDiffers) {
		t.Errorf("%v", err)
	}
}

// TestAReceiptAskedForWhileTheRefundMoves: what was decided first counts, and there is none of what is no longer so.
func TestAReceiptAskedForWhileTheRefundMoves(t *testing.T) {
	r := open(t)
	d := r.stored()
	if _, _, err := r.Observer.Disbursement(context.Background(), disbursement.Key("demo", "rf_1"), disbursement.Observation{
		Claim: disbursement.ClaimReturned, Evidence: "bounce", By: "webhook", At: noon.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	back := r.stored()
	if back.State != disbursement.Returned || d.Ending() != 2 || back.Ending() != 3 {
		t.Fatalf("%s %d %d", back.State, d.Ending(), back.Ending())
	}
	r.must("es")
	if _, err := r.files.Get(context.Background(), "receipts/demo/rf_1/3-es.pdf"); err != nil {
		t.Error(err)
	}
}

func TestNobodyElsesReceipt(t *testing.T) {
	r := open(t)
	for _, q := range []issue.Asked{{Merchant: merchant.Merchant{ID: "other"}, Kind: disbursement.Refund, ID: "rf_1", Language: "es"},
		{Merchant: merchant.Merchant{ID: "demo"}, Kind: disbursement.Payout, ID: "rf_1", Language: "es"},
		{Merchant: merchant.Merchant{ID: "demo"}, Kind: disbursement.Refund, ID: "../rf_1", Language: "es"}} {
		if _, err := r.Receipt(context.Background(), q); !errors.Is(err, issue.ErrNotFound) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	if _, err := r.receipt("de"); !errors.Is(err, receipt.ErrLanguage) {
		t.Error(err)
	}
}

// TestHostileNames: whatever a name is made of, there is a receipt, in every language.
func TestHostileNames(t *testing.T) {
	for _, name := range []string{strings.Repeat("María ", 2000), "A" + strings.Repeat("\u0301", 10_000), "\x00\x1b[31m", "=HYPERLINK(\"x\")",
		"(\\)endstream endobj", "\u202e\u2066evil", strings.Repeat("😀", 5000), "\xff\xfe"} {
		r := open(t)
		d := r.stored()
		d.Beneficiary.Name, d.MerchantRef, d.Order, d.Reference = identity.Sensitive(name), name, name, name
		if err := r.Store.Commit(context.Background(), store.Put{Record: disbursement.Encode(d)}); err != nil {
			t.Fatal(err)
		}
		for _, lang := range receipt.Languages() {
			body := r.must(lang)
			if !bytes.HasPrefix(body, []byte("%PDF-1.7")) || bytes.Count(body, []byte("endstream")) != bytes.Count(body, []byte("\nstream\n")) || len(body) > 400_000 {
				t.Errorf("%.10q in %s: %d bytes", name, lang, len(body))
			}
		}
	}
}
