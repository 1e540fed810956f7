package memfile_test

import (
	"context"
	"slices"
	"testing"

	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/file/filetest"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
)

func TestStore(t *testing.T) {
	filetest.Run(t, func(*testing.T) file.Store { return memfile.New() })
}

func TestNames(t *testing.T) {
	s := memfile.New()
	for _, name := range []string{"b", "a/c", "a"} {
		if err := s.Put(context.Background(), name, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Names(); !slices.Equal(got, []string{"a", "a/c", "b"}) {
		t.Errorf("names %v", got)
	}
}
