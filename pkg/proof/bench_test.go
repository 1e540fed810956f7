package proof_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/proof"
)

// One world of five thousand refunds: what a run of any size is made of.
func BenchmarkWorld(b *testing.B) {
	for b.Loop() {
		o := options(b)
		o.N, o.Profiles = 5000, proof.Profiles()[1:]
		r, err := proof.Run(o)
		if err != nil || r.Violations > 0 {
			b.Fatal(err, r.Found)
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(r.Refunds), "µs/refund")
	}
}
