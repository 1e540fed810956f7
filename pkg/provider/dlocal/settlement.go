package dlocal

import (
	"io"
	"iter"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// layoutOf is how the account's files look: dLocal publishes neither its columns nor a call for the file, which a merchant
// takes from the dashboard or by SFTP. Without settings they are the generic columns, with dates in the network's zone.
func layoutOf(account provider.Account) (csvsettlement.Layout, error) {
	country, err := calendar.ByNetwork(account.Network)
	if err != nil {
		return csvsettlement.Layout{}, err
	}
	return csvsettlement.Configure(account.Settings, csvsettlement.Layout{Zone: country.Zone()})
}

// ReadSettlement reads a file as the account's settings describe it.
func (a *Adapter) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	return csvsettlement.Read(file, a.layout)
}
