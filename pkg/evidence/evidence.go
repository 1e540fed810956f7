// Package evidence is what proves to a third party how a refund or payout went: one file, a zip, with its journal, its receipts, what
// came from the provider, and the seals that hold the journal. Who has it needs nothing of ours to hold each part against the
// others. The same content is the same bytes.
package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/audit"
)

// Format is the first thing a manifest says. A later one has another number.
const Format = "vuelto evidence 1"

// Names of the parts that every pack has, and where the others lie.
const (
	manifestName = "manifest.json"
	journalName  = "journal.jsonl"
	factsName    = "facts.json"
	Receipts     = "receipts/"   // + the name that the journal knows it by + .pdf
	Settlement   = "settlement/" // + number + .txt
	Webhooks     = "webhooks/"   // + number of the entry + .body for the bytes as they came, + .headers.txt
	seals        = "seals/"      // + day + .json
)

// Facts are what the refund or payout was: no personal data, which is on the receipt. Field names are append only.
type Facts struct {
	Tenant      string `json:"merchant"`
	ID          string `json:"id"`
	Kind        string `json:"kind"` // refund or payout
	State       string `json:"status"`
	Amount      int64  `json:"amount"` // minor units, as the following
	Received    int64  `json:"received_amount"`
	Returned    int64  `json:"returned_amount"`
	Currency    string `json:"currency"`
	Network     string `json:"network"`
	Provider    string `json:"provider"`
	Account     string `json:"account"`
	Reference   string `json:"network_reference"` // the provider's id
	MerchantRef string `json:"merchant_reference"`
	Payment     string `json:"payment,omitempty"`
	Order       string `json:"order_reference,omitempty"`
	Live        bool   `json:"live"` // real money
}

// Part is a file of a pack.
type Part struct {
	Name string
	Body []byte
	What string // for people
}

// Missing is what a reader may look for in vain, and why.
type Missing struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Sealed is a day's seal with a proof of each entry that it has of the journal.
type Sealed struct {
	Seal    audit.Seal    `json:"seal"`
	Entries []audit.Proof `json:"entries"`
}

// Pack is what goes into one.
type Pack struct {
	Facts   Facts
	Journal []audit.Step
	Days    []Sealed
	Parts   []Part // receipts and what came from the provider
	Missing []Missing
}

// Manifest lists the parts. Field names are append only.
type Manifest struct {
	Format  string    `json:"format"`
	Tenant  string    `json:"merchant"`
	ID      string    `json:"id"`
	State   string    `json:"status"`
	Entries int       `json:"entries"` // of the journal
	Hash    string    `json:"hash"`    // of the journal's last entry
	Files   []Listed  `json:"files"`   // by name
	Missing []Missing `json:"missing"`
	Digest  string    `json:"digest"` // SHA-256 over this manifest with an empty digest
}

// Listed is a part as the manifest has it.
type Listed struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
	What   string `json:"what"`
}

// Write makes the zip.
func Write(p Pack) ([]byte, error) {
	lines, last := chained(p.Facts.Tenant, p.Facts.ID, p.Journal)
	parts := slices.Clone(p.Parts)
	journal, err := rows(lines)
	if err != nil {
		return nil, err
	}
	parts = append(parts, Part{journalName, journal, "every entry of the journal, with the hash before it and its own"})
	facts, err := encoded(p.Facts)
	if err != nil {
		return nil, err
	}
	parts = append(parts, Part{factsName, facts, "what was asked for, of whom, and how it stands"})
	for _, d := range p.Days {
		body, err := encoded(d)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{seals + d.Seal.Day + ".json", body, "the seal of a day, and the proof of each entry that it holds"})
	}
	slices.SortFunc(parts, func(a, b Part) int { return strings.Compare(a.Name, b.Name) })
	m := Manifest{Format: Format, Tenant: p.Facts.Tenant, ID: p.Facts.ID, State: p.Facts.State, Entries: len(lines), Hash: last.String(),
		Missing: append([]Missing{}, p.Missing...)}
	for _, part := range parts {
		m.Files = append(m.Files, Listed{part.Name, len(part.Body), digest(part.Body), part.What})
	}
	manifest, err := m.sealed()
	if err != nil {
		return nil, err
	}
	return zipped(append([]Part{{Name: manifestName, Body: manifest}}, parts...))
}

func (m Manifest) sealed() ([]byte, error) {
	m.Digest = ""
	body, err := encoded(m)
	if err != nil {
		return nil, err
	}
	m.Digest = digest(body)
	return encoded(m)
}

// chained is a journal with its hashes, and the last of them.
func chained(tenant, id string, journal []audit.Step) (lines []audit.Line, last audit.Hash) {
	chain := audit.Begin(tenant, id)
	for _, step := range journal {
		before := chain.Last()
		n, sum := chain.Add(step)
		lines = append(lines, audit.NewLine(id, n, step, before, sum))
	}
	return lines, chain.Last()
}

// zipped stores files as they are and without a date, so that neither compressor nor clock has a say in the bytes.
func zipped(parts []Part) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range parts {
		size := uint64(len(p.Body))
		//lint:ignore SA1019 CreateRaw writes this date as it is, and no other
		f, err := w.CreateRaw(&zip.FileHeader{Name: p.Name, Method: zip.Store, ModifiedDate: 1<<5 | 1, CRC32: crc32.ChecksumIEEE(p.Body),
			CompressedSize64: size, UncompressedSize64: size}) // the first day that a zip can have
		if err == nil {
			_, err = f.Write(p.Body)
		}
		if err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

func rows(lines []audit.Line) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
	}
	return out.Bytes(), nil
}

func encoded(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return out.Bytes(), nil
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
