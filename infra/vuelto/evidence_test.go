package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/evidence"
)

func TestEvidenceVerify(t *testing.T) {
	file, err := evidence.Write(evidence.Pack{Facts: evidence.Facts{Tenant: "demo", ID: "rf_1", State: "queued"},
		Journal: []audit.Step{{To: "queued", By: "ana"}}, Missing: []evidence.Missing{{What: "a receipt", Why: "it has not ended"}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "evidence.zip")
	for _, c := range []struct {
		file []byte
		seal []string
		code int
		says string
	}{
		{file, nil, 0, "not in it: a receipt: it has not ended\nrf_1 of demo, queued: 2 files, 1 entries of which 0 are sealed: 0 wrong\n"},
		{bytes.Replace(file, []byte("ana"), []byte("eva"), 1), nil, 2, ""}, // the zip has a check of its own
		{bytes.Replace(file, []byte("it has not ended"), []byte("it was not paid "), 1), nil, 2, ""},
		{append(bytes.Clone(file), 'x'), nil, 1, "the file is not as it was written"},
		{file, []string{"abab"}, 1, "no day in it has the seal abab"},
		{[]byte("PK"), nil, 2, ""},
	} {
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		code := 0
		if err := verifyEvidence(&out, path, c.seal); err != nil {
			code = 2
			var exit *exitError
			if errors.As(err, &exit) {
				code = exit.code
			}
		}
		if code != c.code || !strings.Contains(out.String(), c.says) {
			t.Errorf("%d, not %d: %s", code, c.code, &out)
		}
	}
}
