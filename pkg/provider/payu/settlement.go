package payu

import (
	"io"
	"iter"

	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// ReadSettlement reads a file as the account's settings describe it: PayU's reports are exported from its module, and their
// headers are not public. Without settings they are the generic columns, with dates in the network's zone.
func (a *Adapter) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	return csvsettlement.Read(file, a.layout)
}
