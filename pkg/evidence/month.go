package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// MonthFormat is the first thing the manifest of a month says. A later one has another number.
const MonthFormat = "vuelto month 1"

// Names of the parts of a month that its check reads.
const (
	MonthName = "month.json"
	DaysName  = "days.jsonl"
)

// Month is a closed month of a merchant's settlement days.
type Month struct {
	Tenant string
	Month  string // 2026-11
	Parts  []Part // MonthName, DaysName, and whatever else there is
}

// MonthManifest lists the parts of a month. Field names are append only.
type MonthManifest struct {
	Format string   `json:"format"`
	Tenant string   `json:"merchant"`
	Month  string   `json:"month"`
	Files  []Listed `json:"files"`  // by name
	Digest string   `json:"digest"` // SHA-256 over this manifest with an empty digest
}

func (m MonthManifest) sealed() ([]byte, error) {
	m.Digest = ""
	body, err := encoded(m)
	if err != nil {
		return nil, err
	}
	m.Digest = digest(body)
	return encoded(m)
}

// WriteMonth makes the zip: compressed, because a month of reports is large, and without a clock.
func WriteMonth(p Month) ([]byte, error) {
	m := MonthManifest{Format: MonthFormat, Tenant: p.Tenant, Month: p.Month}
	parts := slices.Clone(p.Parts)
	slices.SortFunc(parts, func(a, b Part) int { return strings.Compare(a.Name, b.Name) })
	for _, part := range parts {
		m.Files = append(m.Files, Listed{part.Name, len(part.Body), digest(part.Body), part.What})
	}
	manifest, err := m.sealed()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range append([]Part{{Name: manifestName, Body: manifest}}, parts...) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = f.Write(part.Body)
		}
		if err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
	}
	err = w.Close()
	return out.Bytes(), err
}

// sums are minor units of one currency.
type sums struct {
	Gross      int64 `json:"gross"`
	Fee        int64 `json:"fee"`
	Tax        int64 `json:"tax"`
	Net        int64 `json:"net"`
	Expected   int64 `json:"expected"`
	Difference int64 `json:"difference"`
}

func (s sums) plus(u sums) sums {
	return sums{s.Gross + u.Gross, s.Fee + u.Fee, s.Tax + u.Tax, s.Net + u.Net, s.Expected + u.Expected, s.Difference + u.Difference}
}

// closing is what month.json and days.jsonl say of how something was closed, and of what it came to.
type closing struct {
	ID       string          `json:"id"`
	Month    string          `json:"month"`
	Date     string          `json:"date"`
	Closed   bool            `json:"closed"`
	Days     int             `json:"days"`
	Totals   map[string]sums `json:"totals"`
	Closings []struct {
		SHA256 string `json:"sha256"`
	} `json:"closings"`
}

func (c closing) last() string {
	if len(c.Closings) == 0 {
		return ""
	}
	return c.Closings[len(c.Closings)-1].SHA256
}

// IsMonth says whether a file is a month rather than what proves one refund.
func IsMonth(file []byte) bool {
	parts, err := inflated(file)
	var m struct {
		Format string `json:"format"`
	}
	return err == nil && len(parts) > 0 && json.Unmarshal(parts[0].Body, &m) == nil && strings.HasPrefix(m.Format, "vuelto month ")
}

// VerifyMonth holds every part of a month against the manifest, the days against the digest with which the month was closed, and their
// totals against the month's. Error: it is no such file.
func VerifyMonth(file []byte) (m MonthManifest, month string, wrong []string, err error) {
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	parts, err := inflated(file)
	if err != nil {
		return m, "", nil, err
	}
	if len(parts) == 0 || parts[0].Name != manifestName {
		return m, "", []string{"there is no manifest"}, nil
	}
	if err := strictly(parts[0].Body, &m); err != nil {
		return m, "", []string{"the manifest is not as one is written: " + err.Error()}, nil
	}
	if again, err := m.sealed(); err != nil || !bytes.Equal(again, parts[0].Body) {
		bad("the manifest was changed: its digest does not fit")
	}
	if m.Format != MonthFormat {
		bad("it says it is %q, not %q", m.Format, MonthFormat)
	}
	r := Read{Manifest: Manifest{Files: m.Files}}
	r.files(parts[1:], bad)
	return m, r.closed(m.Month, bad), wrong, nil
}

// closed holds the days against the month, and gives the digest with which it was closed.
func (r *Read) closed(name string, bad complain) string {
	var month closing
	if err := json.Unmarshal(r.parts[MonthName], &month); err != nil || month.Month != name || !month.Closed {
		bad("%s is not of %s, closed", MonthName, name)
	}
	sum, totals, n := sha256.New(), map[string]sums{}, 0
	for row := range bytes.Lines(r.parts[DaysName]) {
		var day closing
		if err := json.Unmarshal(row, &day); err != nil || !day.Closed || !strings.HasPrefix(day.Date, name) {
			bad("day %d is not one of %s, closed", n+1, name)
		}
		fmt.Fprintln(sum, day.ID, day.last())
		for c, t := range day.Totals { // any order: sums by currency
			totals[c] = totals[c].plus(t)
		}
		n++
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != month.last() || n != month.Days {
		bad("the %d days are not the %d that the month was closed with: their digest is %s, not %s", n, month.Days, got, month.last())
	}
	if !maps.Equal(totals, month.Totals) {
		bad("the totals of the days are not the month's")
	}
	return month.last()
}

// inflated reads the parts in their order. Error: it is no zip of such parts.
func inflated(file []byte) (parts []Part, err error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	total := 0
	for _, f := range z.File {
		from, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
		body, err := io.ReadAll(io.LimitReader(from, maxPart+1))
		if err = errors.Join(err, from.Close()); err != nil {
			return nil, fmt.Errorf("evidence: %s: %w", f.Name, err)
		}
		if total += len(body); len(body) > maxPart || total > maxMonth {
			return nil, fmt.Errorf("evidence: %s: more than a month can have", f.Name)
		}
		parts = append(parts, Part{Name: f.Name, Body: body})
	}
	return parts, nil
}

// maxMonth bounds what is read of one month, in bytes.
const maxMonth = 512 << 20
