package proof_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// Worlds are thrown away whole: collecting within one is time lost. The limit keeps a small machine from swapping.
func TestMain(m *testing.M) {
	debug.SetGCPercent(1600)
	debug.SetMemoryLimit(3 << 30)
	os.Exit(m.Run())
}
