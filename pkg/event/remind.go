package event

import (
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/store"
)

// Reminder is an event that is told once, whenever it is looked for: its mark is written with it.
type Reminder struct {
	Event Event
	Mark  store.Key
}

func reminder(t Type, tenant, subject, once string, at time.Time, data any) Reminder {
	e := Event{Tenant: tenant, Type: t, Subject: subject, At: at.Truncate(time.Millisecond), Data: encode(data)}
	e.ID = ID(tenant, subject, e.At, 0, once)
	return Reminder{e, store.Key{PK: tenant + "#reminded", SK: string(t) + "|" + subject + "|" + once}}
}

type expiryData struct {
	ID        string `json:"id"`
	Object    string `json:"object"`
	What      string `json:"what"`
	ExpiresOn string `json:"expires_on"`
	DaysLeft  int    `json:"days_left"` // 30, 7 or 1: it is told once at each; 0 = it is over
}

// Expires is about what runs out at an account in so many days.
func Expires(tenant, account, what string, on calendar.Date, days int, at time.Time) Reminder {
	return reminder(AccountExpiring, tenant, account, what+"|"+on.String()+"|"+strconv.Itoa(days), at, expiryData{account, "account", what, on.String(), days})
}

type staleData struct {
	ID      string  `json:"id"`
	Object  string  `json:"object"`
	LastDay *string `json:"last_day"` // null: there never was one
}

// Stale is about a source of exchange rates of which nothing has come since a day; zero if nothing ever has. It is told once for
// each last day.
func Stale(tenant, source string, last calendar.Date, at time.Time) Reminder {
	data := staleData{ID: source, Object: "rates"}
	if day := last.String(); day != "" {
		data.LastDay = &day
	}
	return reminder(RatesStale, tenant, source, last.String(), at, data)
}
