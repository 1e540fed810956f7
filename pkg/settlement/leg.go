package settlement

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
)

// LegPrefix begins the ids of legs of the bank.
const LegPrefix = "leg_"

// ID is the leg's name: it is made of the day and what the leg is about first, a settlement day in a currency or else a deposit, so that a leg that
// a further deposit joins keeps it. It begins with its day.
func (l Leg) ID(tenant string) string {
	about := []string{"leg", tenant, "deposit"}
	if len(l.Owed) > 0 {
		about = append(about[:2], l.Owed[0].ID, string(l.Owed[0].Currency))
	} else {
		about = append(about, l.Came[0].ID)
	}
	return identity.DeriveAt(LegPrefix, l.Day().Start(time.UTC), about...)
}

// LegDay is the day that an id of a leg begins with; false if it is none with the prefix.
func LegDay(prefix, id string) (calendar.Date, bool) {
	at, ok := identity.At(prefix, id)
	return calendar.On(at, time.UTC), ok
}

// Mark is a fingerprint of what a decision about the leg rests on: its class, its sums, and every day and deposit in it.
func (l Leg) Mark() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s|%d|%d|%s", l.Class, l.Expected, l.Actual, l.Currency)
	for _, p := range l.Owed {
		fmt.Fprintf(h, "|%s %d", p.ID, p.Net)
	}
	for _, d := range l.Came {
		fmt.Fprintf(h, "|%s %d", d.ID, d.Minor)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
