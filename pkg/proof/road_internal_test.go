package proof

import (
	"math/rand/v2"
	"testing"

	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
)

// TestWorldsHoldAllRefunds: as many as were asked for, none of them too large, those after the first alike.
func TestWorldsHoldAllRefunds(t *testing.T) {
	for _, n := range []int{1, firstWorld, firstWorld + 1, firstWorld + perWorld, firstWorld + perWorld + 1, 50_000} {
		all, sum := worlds(n), 0
		for i, size := range all {
			sum += size
			if size < 1 || size > perWorld || i == 0 && size > firstWorld || i > 1 && max(size-all[1], all[1]-size) > 1 {
				t.Errorf("%d refunds in worlds of %v", n, all)
			}
		}
		if sum != n {
			t.Errorf("%d of %d refunds live", sum, n)
		}
	}
}

// TestTheMixHasEveryProvider: an order of a run can come to each provider that is linked in, on each network it carries; in
// one world, and in a large run where the worlds share the gateways among themselves.
func TestTheMixHasEveryProvider(t *testing.T) {
	for _, n := range []int{1, 4 * perWorld, 40 * perWorld} {
		drawn := map[[2]string]bool{}
		providers := map[string]bool{}
		r := rand.New(rand.NewPCG(1, uint64(n)))
		for world := range 4 {
			for range 2000 {
				x := choose(r, Options{N: n}.carriers(world))
				drawn[[2]string{x.provider, x.network}], providers[x.provider] = true, true
			}
		}
		for _, a := range allsim.Accounts("demo") {
			if !drawn[[2]string{a.Provider, a.Network}] {
				t.Errorf("of %d orders none can come to %s on %s", n, a.Provider, a.Network)
			}
		}
		for name := range all.Registry() {
			if !providers[name] {
				t.Errorf("of %d orders none can come to %s", n, name)
			}
		}
	}
}
