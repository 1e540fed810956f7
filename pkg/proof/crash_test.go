package proof_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/proof"
)

// Pairs are some thousands of lives: minutes of work, behind make crashes.
var pairs = flag.Bool("pairs", false, "also crash at every pair of I/Os")

// Every single I/O of one refund's own, as counts has it, and with -pairs every pair, before and after its effect, on each network and
// profile: the process ends there, and the provider never holds two.
func TestACrashAtEveryIOOfOneRefundNeverPaysTwice(t *testing.T) {
	for _, network := range []string{"efecty", "pagoefectivo"} {
		for _, profile := range proof.Profiles() {
			t.Run(network+"/"+string(profile), func(t *testing.T) {
				t.Parallel()
				o := options(t)
				o.Profiles = []proof.Profile{profile}
				began := time.Now()
				runs, violations, err := proof.Crashes(o, network, *pairs, func(done, places int) {
					if *pairs {
						fmt.Printf("%s %s: %d of %d places, %s\n", network, profile, done, places, time.Since(began).Round(time.Second))
					}
				})
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range violations {
					if i < 5 {
						t.Errorf("%s: %s (%s)", v.Subject, v.Sentence, v.Detail)
					}
				}
				if runs < 50 {
					t.Errorf("only %d crash points were tried", runs)
				}
				fmt.Printf("%s %s: %d lives with crashes\n", network, profile, runs)
			})
		}
	}
}
