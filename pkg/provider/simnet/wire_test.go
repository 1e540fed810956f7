package simnet_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// Over a real wire a fault does the same to the provider's book as over the world's, and shows its caller as little.
func TestFaultsOverARealWire(t *testing.T) {
	for kind, c := range map[simnet.Kind]struct {
		served, later int // at once, and after four minutes
		status        int
		body          string // begins
	}{
		"":                   {1, 1, 202, "POST"},
		simnet.TimeoutBefore: {0, 0, 504, "<html>"},
		simnet.TimeoutAfter:  {1, 1, 504, "<html>"},
		simnet.LateCommit:    {0, 1, 504, "<html>"},
		simnet.Outage:        {0, 0, 503, "<html>"},
		simnet.Broken500:     {1, 1, 500, "<html>"},
		simnet.Broken502:     {1, 1, 502, "<html>"},
		simnet.Malformed:     {1, 1, 202, "POST"},
		simnet.Reject:        {0, 0, 503, "<html>"}, // echo cannot refuse in words of its own
	} {
		host := providertest.NewHost(start(), 1)
		network := newEcho(host)
		if kind != "" {
			if err := network.Faults().Arm(kind, 1, ""); err != nil {
				t.Fatal(err)
			}
		}
		got := simnet.Serve(host, network, httptest.NewRequest(http.MethodPost, "/refunds", strings.NewReader("0123456789")))
		if got.Status != c.status || !strings.HasPrefix(string(got.Body), c.body) || network.served != c.served {
			t.Errorf("%q: %d %.40s, served %d", kind, got.Status, got.Body, network.served)
		}
		if whole := string(got.Body); (kind == simnet.Malformed) == strings.HasSuffix(whole, "0123456789") && c.status == 202 {
			t.Errorf("%q: the answer is %q", kind, whole)
		}
		if host.Sleep(4 * time.Minute); network.served != c.later {
			t.Errorf("%q: served %d after four minutes, want %d", kind, network.served, c.later)
		}
	}
}

func TestWhatIsDoneAsideLeavesNoNumbers(t *testing.T) {
	book, _, _ := newBook(providertest.NewHost(start(), 1))
	first := book.Next()
	book.Aside(func() { book.Next(); book.Next() })
	if next := book.Next(); next != first+1 {
		t.Errorf("%d after %d", next, first)
	}
}
