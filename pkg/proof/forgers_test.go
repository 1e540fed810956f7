package proof_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/vuelto/vuelto/pkg/proof"
)

// A lie that nobody posts is no lie, and one that met trouble of ours proves nothing: to each network and gateway of whom lies are told
// come several that are refused for their signature, and none is believed.
func TestForgersTryEveryNetwork(t *testing.T) {
	o := options(t)
	o.N, o.Gateways = 300, []string{"dlocal", "kushki"}
	var mu sync.Mutex
	refused := map[string]int{}
	o.Asked = func(_, path string, status int) {
		mu.Lock()
		defer mu.Unlock()
		if rest, ok := strings.CutPrefix(path, "/webhooks/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			if status == http.StatusUnauthorized {
				refused[name]++
			}
			if status < 300 {
				t.Errorf("%s: answered %d", path, status)
			}
		}
	}
	run(t, o)
	stale := 40 * len(proof.Profiles()) // of efecty's, signed well and at another time
	for name, least := range map[string]int{"efecty": stale + 9, "pagoefectivo": 9, "dlocal": 9, "kushki": 9} {
		if refused[name] < least {
			t.Errorf("%s: %d were refused, want %d at least", name, refused[name], least)
		}
	}
}
