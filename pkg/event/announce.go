package event

import (
	"strconv"
	"time"
)

type endpointData struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
	URL    string `json:"url"`
}

// State of an endpoint, as merchants read it.
func (e Endpoint) State() string {
	if e.Disabled != "" {
		return "disabled"
	}
	return "enabled"
}

// Announce is an event about the i-th endpoint itself, for the others to hear of; a test is for that one alone.
func Announce(all Endpoints, i int, t Type, at time.Time) Event {
	x := all.List[i]
	e := Event{Tenant: all.Tenant, Type: t, Subject: x.ID, At: at.Truncate(time.Millisecond)}
	e.ID = ID(e.Tenant, x.ID, e.At, int(all.Version), string(t)+strconv.Itoa(i))
	e.Data = encode(endpointData{ID: x.ID, Object: "event_endpoint", Status: x.State(), Reason: x.Disabled, URL: x.URL})
	if t == EndpointTest {
		e.To = []Delivery{{Endpoint: x.ID, As: t}}
		return e
	}
	e.To = all.To(t)
	return e
}

type unheardData struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	About  string `json:"about"` // the event that the buyer was to hear of
	Kind   string `json:"kind"`
}

// Unheard is an event about a notice that reached its buyer by no channel: somebody has to tell them otherwise.
func Unheard(tenant, about, subject, kind string, at time.Time) Event {
	e := Event{Tenant: tenant, Type: NoticeFailed, Subject: subject, At: at.Truncate(time.Millisecond)}
	e.ID = ID(tenant, about, e.At, 0, "unheard")
	e.Data = encode(unheardData{ID: subject, Object: "notice", About: about, Kind: kind})
	return e
}

// Test is an event that somebody asked for, to see whether an endpoint hears. The nonce keeps two tests apart.
func Test(all Endpoints, i int, at time.Time, nonce string) Event {
	e := Announce(all, i, EndpointTest, at)
	e.ID = ID(e.Tenant, e.Subject, e.At, 0, nonce)
	return e
}
