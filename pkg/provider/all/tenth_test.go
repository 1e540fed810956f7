package all_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all/testdata/tenth"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// TestATenthProvider: what is in testdata/tenth keeps the whole contract of providers, in less than 200 lines.
func TestATenthProvider(t *testing.T) {
	files, err := filepath.Glob("testdata/tenth/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	lines := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines += bytes.Count(raw, []byte("\n"))
	}
	if lines >= 200 {
		t.Errorf("one more provider costs %d lines", lines)
	}
	providertest.Run(t, providertest.Subject{New: tenth.New, Words: tenth.Words(), Network: tenth.Network, Codes: tenth.Codes(), Settings: []string{},
		Strange: `{"ref":"x","kind":"dream"}`, Price: money.New(80_000_00, money.COP), Part: money.New(20_000_50, money.COP), Tiny: money.New(1, money.PEN),
		Account: provider.Account{ID: "tenth-a", Tenant: "a", Provider: "tenth", Network: "efecty", Endpoint: simnet.Address("tenth"), Secrets: []string{"whsec"},
			Credentials: map[string]string{"secret": "tenth-secret", "settlement_token": "files"}, Settings: map[string]string{"settlement_url": simnet.DropAddress("tenth")}}})
}
