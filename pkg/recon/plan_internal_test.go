package recon

import (
	"testing"

	"pgregory.net/rapid"
)

// TestPlan holds what is alive at once while inputs are read against what the run was given.
func TestPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		memory := rapid.Int64Range(fixed+4<<20, 4<<30).Draw(t, "memory")
		size := rapid.Int64Range(0, 1<<40).Draw(t, "size")
		workers := rapid.IntRange(1, 8).Draw(t, "workers")
		p := planFor(memory, size, workers)
		rest := memory - fixed
		if open := openChunks(p.partitions, workers); p.partitions > 1 && open > p.spool {
			t.Fatalf("%d bytes in open chunks of %d for all records", open, p.spool)
		}
		if all := p.spool + 2*p.filter + int64(workers)*(p.lines+p.lines/8); all > rest {
			t.Fatalf("%d bytes of %d", all, rest)
		}
	})
}

// TestLargeInputsLeaveLessForRecords: where chunks and blocks are takes memory, too, and more of it the larger they are.
func TestLargeInputsLeaveLessForRecords(t *testing.T) {
	small, large := planFor(128<<20, 1<<20, 2), planFor(128<<20, 4<<30, 2)
	if small.spool-large.spool < 4<<20 {
		t.Errorf("%d bytes for records of 4 GiB, %d for those of 1 MiB", large.spool, small.spool)
	}
}
