package api

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/batch"
)

// TestResultsAreNoPrograms: what a spreadsheet would run is a text in it, however long, and stays whole behind its apostrophe.
func TestResultsAreNoPrograms(t *testing.T) {
	for _, evil := range []string{`=HYPERLINK("http://x")`, "+1", "-1+1", "@SUM(A1)", "＝1", "\t=1", "\r=1", "=" + strings.Repeat("\u0301", 10_000)} {
		for i, cell := range cells(batch.Verdict{Row: 1, MerchantID: evil, Detail: evil}, "es") {
			first, _ := utf8.DecodeRuneInString(cell)
			if strings.ContainsRune("=+-@\t\r＝＋－＠", first) && cell != "" || strings.Contains(cell, evil) != (i == 5 || i == 10) {
				t.Errorf("column %d: %.40q", i, cell)
			}
		}
	}
}
