package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/vuelto/vuelto/pkg/store"
)

// ErrCrash is what a caller sees of a store that has died.
var ErrCrash = errors.New("storetest: crash")

// dying is a store that ends with its process at a commit, before or after its effect.
type dying struct {
	store.Store
	left    int // commits that go well
	applied bool
}

// Dying gives a store of which so many commits go well; the next one ends the process, after its effect if it is to be applied.
func Dying(s store.Store, after int, applied bool) store.Store {
	return &dying{Store: s, left: after, applied: applied}
}

// Commit dies when its time has come.
func (d *dying) Commit(ctx context.Context, writes ...store.Write) error {
	if d.left--; d.left >= 0 {
		return d.Store.Commit(ctx, writes...)
	}
	if d.left == -1 && d.applied {
		if err := d.Store.Commit(ctx, writes...); err != nil {
			return err
		}
	}
	return ErrCrash
}

// EveryCrash ends do at each of its commits, before its effect and after, each time on a store of its own, and does it again: what there is then must be
// what there is when it is done once, by the words of read. It says at how many commits do ended.
func EveryCrash(t *testing.T, open func() store.Store, do func(store.Store) error, read func(store.Store) string) (crashes int) {
	t.Helper()
	once := open()
	if err := do(once); err != nil {
		t.Fatal(err)
	}
	want := read(once)
	for _, applied := range []bool{false, true} {
		for after := 0; ; after++ {
			s := open()
			err := do(Dying(s, after, applied))
			if err == nil {
				break // there was no such commit
			}
			if !errors.Is(err, ErrCrash) {
				t.Fatal(err)
			}
			crashes++
			if err := do(s); err != nil {
				t.Fatalf("again after commit %d: %v", after, err)
			}
			if got := read(s); got != want {
				t.Errorf("ended at commit %d (applied: %v) and done again it is\n%.2000s\nwant\n%.2000s", after, applied, got, want)
			}
		}
	}
	return crashes
}
