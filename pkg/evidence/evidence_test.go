package evidence_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/evidence"
)

var manipulations = flag.Int("manipulations", 2000, "that TestEveryManipulationShows tries")

func sha(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// full is a pack with a part of each kind, some of its entries sealed among those of others.
func full(t testing.TB) evidence.Pack {
	t.Helper()
	receipt := []byte("%PDF-1.7 paid")
	at := time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)
	p := evidence.Pack{Facts: evidence.Facts{Tenant: "demo", ID: "rf_5", Kind: "refund", State: "settled", Amount: 5000, Received: 5000, Currency: "PEN",
		Network: "pagoefectivo", Provider: "pagoefectivo", Account: "pe", Reference: "PR-9", MerchantRef: "R-1", Payment: "pay_1", Order: "A-1"},
		Journal: []audit.Step{{At: at, To: "queued", Evidence: "request", By: "ana"}, {At: at, From: "queued", To: "submitting", Evidence: "submit:1", By: "submit"},
			{At: at.Add(time.Second), From: "submitting", To: "paid", Evidence: "refund.paid:PR-9", By: "webhook", Note: "ñandú & <co>"},
			{At: at.Add(24 * time.Hour), From: "paid", To: "paid", Evidence: "receipt:3-es:" + sha(receipt), By: "ana", Note: "receipt issued"},
			{At: at.Add(72 * time.Hour), From: "paid", To: "settled", Evidence: "day.csv#2", By: "settlement"}},
		Parts: []evidence.Part{{Name: evidence.Receipts + "3-es.pdf", Body: receipt, What: "the receipt"},
			{Name: evidence.Settlement + "5.txt", Body: []byte("id,amount\nPR-9,-50.00\n"), What: "the row"}},
		Missing: []evidence.Missing{{What: "the webhook behind entry 3", Why: "its key does not lead there"}}}
	p.Days = []evidence.Sealed{sealed(t, p, "2026-11-20", "", 0, 3), sealed(t, p, "2026-11-21", strings.Repeat("ab", 32), 3, 4)}
	return p
}

// sealed is a day on which entries of the pack, and many others, were told of.
func sealed(t testing.TB, p evidence.Pack, day, before string, from, to int) evidence.Sealed {
	t.Helper()
	var lines []audit.Line
	for _, id := range []string{"rf_1", "rf_2", "rf_3", "rf_4", "rf_5", "rf_6", "rf_7"} {
		chain := audit.Begin("demo", id)
		for i, step := range p.Journal {
			last := chain.Last()
			n, sum := chain.Add(step)
			if i >= from && i < to {
				lines = append(lines, audit.NewLine(id, n, step, last, sum))
			}
		}
	}
	file, _, err := audit.Write("demo", day, before, lines)
	if err != nil {
		t.Fatal(err)
	}
	entries, seal, err := audit.Prove(file, p.Facts.ID)
	if err != nil || len(entries) != to-from {
		t.Fatalf("%d proofs, %v", len(entries), err)
	}
	return evidence.Sealed{Seal: seal, Entries: entries}
}

func written(t testing.TB, p evidence.Pack) []byte {
	t.Helper()
	body, err := evidence.Write(p)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestWhatNobodyTouchedIsFine(t *testing.T) {
	body := written(t, full(t))
	if !bytes.Equal(body, written(t, full(t))) {
		t.Error("the same content is other bytes")
	}
	r, wrong, err := evidence.Verify(body)
	if err != nil || len(wrong) != 0 || r.Sealed != 4 || len(r.Seals) != 2 || r.Manifest.Entries != 5 || len(r.Manifest.Files) != 6 || r.Facts != full(t).Facts {
		t.Errorf("%v %q %+v", err, wrong, r.Manifest)
	}
	if _, wrong, err := evidence.Verify(written(t, evidence.Pack{Facts: evidence.Facts{Tenant: "demo", ID: "rf_1", State: "queued"},
		Journal: []audit.Step{{To: "queued", By: "ana"}}})); err != nil || len(wrong) != 0 {
		t.Errorf("the least there can be: %v %q", err, wrong)
	}
}

// TestEveryManipulationShows: a bit flipped, bytes left out, put in or swapped, the end cut off, wherever it is.
func TestEveryManipulationShows(t *testing.T) {
	body := written(t, full(t))
	r := rand.New(rand.NewPCG(1, 2))
	for n := range *manipulations {
		kind, changed := tamper(r, n, body)
		if bytes.Equal(changed, body) {
			continue
		}
		if _, wrong, err := evidence.Verify(changed); err == nil && len(wrong) == 0 {
			t.Fatalf("%d: %s does not show", n, kind)
		}
	}
}

func tamper(r *rand.Rand, n int, body []byte) (string, []byte) {
	i, length := r.IntN(len(body)), 1+r.IntN(40)
	j := min(i+length, len(body))
	changed := bytes.Clone(body)
	switch n % 6 {
	case 0:
		changed[i] ^= 1 << r.IntN(8)
		return "a bit flipped", changed
	case 1:
		return "bytes left out", append(changed[:i], body[j:]...)
	case 2:
		return "bytes put in", append(append(changed[:i:i], body[j-1:]...), body[i:]...)
	case 3:
		k := r.IntN(len(body))
		changed[i], changed[k] = changed[k], changed[i]
		return "two bytes swapped", changed
	case 4:
		return "the end cut off", changed[:i]
	default:
		return "something at the end", append(changed, body[:length]...)
	}
}

// TestWhoWritesItAnewIsFoundOut, each with a manifest that fits: what the pack says twice must agree.
func TestWhoWritesItAnewIsFoundOut(t *testing.T) {
	for what, change := range map[string]func(*evidence.Pack){
		"not the receipt that the journal knows":   func(p *evidence.Pack) { p.Parts[0].Body = []byte("%PDF-1.7 not paid") },
		"the receipt of another ending":            func(p *evidence.Pack) { p.Parts[0].Name = evidence.Receipts + "9-es.pdf" },
		"an entry by somebody else":                func(p *evidence.Pack) { p.Journal[1].By = "eva" },
		"an entry left out":                        func(p *evidence.Pack) { p.Journal = append(p.Journal[:1], p.Journal[2:]...) },
		"two entries swapped":                      func(p *evidence.Pack) { p.Journal[0], p.Journal[1] = p.Journal[1], p.Journal[0] },
		"an entry put in":                          func(p *evidence.Pack) { p.Journal = append(p.Journal[:1:1], p.Journal...) },
		"the last entries cut off":                 func(p *evidence.Pack) { p.Journal = p.Journal[:3] },
		"another state than the journal ends with": func(p *evidence.Pack) { p.Facts.State = "returned" },
		"another refund's journal":                 func(p *evidence.Pack) { p.Facts.ID = "rf_6" },
		"another merchant's":                       func(p *evidence.Pack) { p.Facts.Tenant = "other" },
		"a seal with other words":                  func(p *evidence.Pack) { p.Days[0].Seal.Entries++ },
		"another root":                             func(p *evidence.Pack) { p.Days[0].Seal.Root = p.Days[1].Seal.Root },
		"a proof of another place":                 func(p *evidence.Pack) { p.Days[0].Entries[0].Index++ },
		"a proof with a path of another":           func(p *evidence.Pack) { p.Days[0].Entries[0].Path = p.Days[0].Entries[2].Path },
		"a proof cut short":                        func(p *evidence.Pack) { p.Days[0].Entries[0].Path = p.Days[0].Entries[0].Path[1:] },
		"a sealed line changed":                    func(p *evidence.Pack) { p.Days[1].Entries[0].Line.By = "eva" },
	} {
		p := full(t)
		change(&p)
		if _, wrong, err := evidence.Verify(written(t, p)); err != nil || len(wrong) == 0 {
			t.Errorf("%s does not show (%v)", what, err)
		}
	}
}

func TestWhatIsNoPack(t *testing.T) {
	for _, body := range [][]byte{nil, []byte("PK"), []byte("%PDF-1.7"), bytes.Repeat([]byte{0}, 1000)} {
		if _, _, err := evidence.Verify(body); err == nil {
			t.Errorf("%.10q is one", body)
		}
	}
}

// TestWhoMendsTheZipIsFoundOut: a part changed in its place, with the check sum that zip has of it put right, is not the one of the
// manifest; nor is a manifest so changed the one that its digest is of.
func TestWhoMendsTheZipIsFoundOut(t *testing.T) {
	body := written(t, full(t))
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, says string }{{"PR-9,-50.00", "PR-9,-90.00", "is not what the manifest says"},
		{"its key does not lead there", "it never came, says the bank", "the manifest was changed"}, {`"amount": 5000`, `"amount": 9000`, "is not what the manifest says"}} {
		c.to = (c.to + strings.Repeat(" ", len(c.from)))[:len(c.from)]
		changed := bytes.Replace(body, []byte(c.from), []byte(c.to), 1)
		for _, f := range z.File {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			was, is := body[at:at+int64(f.CompressedSize64)], changed[at:at+int64(f.CompressedSize64)]
			if !bytes.Equal(was, is) {
				sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(was))
				changed = bytes.ReplaceAll(changed, sum, binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(is)))
			}
		}
		if _, wrong, err := evidence.Verify(changed); err != nil || len(wrong) != 1 || !strings.Contains(wrong[0], c.says) {
			t.Errorf("%s: %v %q", c.to, err, wrong)
		}
	}
}
