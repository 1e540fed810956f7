// Package port is the outside world as what runs here sees it. It names no flow and no provider, so that a function links
// only those that it runs.
package port

import (
	"log/slog"

	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// Set is one outside world.
type Set struct {
	Store  store.Store
	Sender job.Sender
	Files  file.Store
	Inbox  file.Inbox // where others put files; nil = this function looks at none
	Doer   provider.Doer
	Clock  provider.Clock
	Live   bool           // real money: test keys and test accounts are refused; false refuses the live ones
	Float  func() float64 // [0,1)
	NewID  func() string
	Log    *slog.Logger

	Checker  identity.Checker   // nil: people look at beneficiaries
	Random   func(n int) []byte // that nobody can guess
	Loopback bool               // event endpoints are on this machine, and only there
	OpenAPI  []byte             // what GET /openapi.json answers: one function does
	Bars     Bars               // where a simulator wants fewer
}

// Bars are how many of a thing are many, where a simulator wants fewer than there are in a stack; 0 = the part's own.
type Bars struct {
	Breaker int   // calls before a breaker may open
	Large   int64 // bytes of settlement files that one function compares by itself
	Page    int   // breaks to a file
	Readers int   // records that are read at a time
	Chunk   int   // rows of a batch between two commits of progress
	Chunks  int   // how often one invocation does so many rows
}

// Book reads the accounts at providers.
func (s Set) Book() provider.Book { return provider.Book{Store: s.Store, Live: s.Live} }
