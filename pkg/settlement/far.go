package settlement

import (
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Far is by how many days a movement may be dated before or after the settlement day. A day of the Ethiopian calendar, whose year is seven or eight behind
// ours, reads as one of ours some 2,810 days ago. Half of that tells the two apart, whichever way either strays, and is far more than a provider settles
// late, a dispute lasts (a year and a half) or books keep open (400 days).
const Far = 1400

// FarReason is why a row that is dated farther off is UNREADABLE, and not shifted.
const FarReason = "Date is more than 1400 days from the settlement day, as in another calendar"

// Near gives a row as it is; one that is dated farther than Far from a settlement day, as one that cannot be read.
func (r Row) Near(day calendar.Date, zone *time.Location) Row {
	gap := calendar.On(r.At, zone).Start(time.UTC).Sub(day.Start(time.UTC))
	if r.Unreadable == "" && (gap > Far*24*time.Hour || gap < -Far*24*time.Hour) {
		r.Unreadable = FarReason
	}
	return r
}
