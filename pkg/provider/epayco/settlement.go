package epayco

import (
	"io"
	"iter"

	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// ReadSettlement reads a report as the account's settings describe it: no layout of ePayco is
// public.
func (a *Adapter) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	return csvsettlement.Read(file, a.layout)
}
