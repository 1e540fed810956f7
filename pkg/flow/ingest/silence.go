package ingest

import (
	"context"
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
)

// settlementBy is the account's setting that says by which hour of a business day its file is expected, in the network's zone.
const settlementBy = "settlement_by"

// expectedBy is that hour where nothing is said.
const expectedBy = 18

// compareWithin is how long a day may take to be compared before somebody is told: three tries of the function.
const compareWithin = time.Hour

// watch tells, once an hour, of what did not happen: no file by its hour from an account that has sent files this week, and a
// day that was to be compared long ago. Alarms listen for these two lines.
func (in *Ingester) watch(ctx context.Context, a provider.Account, country calendar.Country, today calendar.Date, hour int) error {
	by := expectedBy
	if n, err := strconv.Atoi(a.Settings[settlementBy]); err == nil {
		by = n
	}
	if hour < by {
		return nil
	}
	var missing []calendar.Date
	sent := false
	for back := lookBack; back >= 0; back-- {
		day := today.AddDays(-back)
		if !country.IsBusinessDay(day) {
			continue
		}
		r, _, err := in.look(ctx, a, day)
		if err != nil {
			return err
		}
		switch {
		case len(r.Files)+len(r.Late) > 0:
			sent = true
			in.overdue(ctx, r)
		case sent:
			missing = append(missing, day)
		}
	}
	for _, day := range missing {
		in.Log.ErrorContext(ctx, "settlement file missing", "tenant", a.Tenant, "account", a.ID, "date", day.String())
	}
	return nil
}

// overdue tells of a day that should have been compared by now.
func (in *Ingester) overdue(ctx context.Context, r reconciliation.Glance) {
	if r.Due != 0 && calendar.Instant(r.Due).Add(compareWithin).Before(in.Now()) {
		in.Log.ErrorContext(ctx, "day not reconciled", "tenant", r.Tenant, "account", r.Account, "reconciliation", r.ID, "date", r.Date.String())
	}
}
