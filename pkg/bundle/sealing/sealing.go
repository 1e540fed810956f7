// Package sealing puts together what closes the days of the journals, apart from all that writes them.
package sealing

import (
	"github.com/vuelto/vuelto/pkg/flow/seal"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/port"
)

// Sealer does job.Seal. Its files are the locked ones.
func Sealer(p port.Set) job.Handler {
	return &seal.Sealer{Store: p.Store, Accounts: p.Book(), Files: p.Files, Now: p.Clock.Now, Log: p.Log}
}
