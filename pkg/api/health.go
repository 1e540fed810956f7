package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// healthAnswer says what a person should know before they ask. It reads indexes, which may lag by seconds: nothing is
// decided by it.
type healthAnswer struct {
	Status    string          `json:"status"` // ok, attention
	At        string          `json:"at"`
	Held      int             `json:"held"` // refunds and payouts that wait for people; at most maxScanned are counted
	Providers []accountHealth `json:"providers"`
	Notes     []string        `json:"notes"`
}

type accountHealth struct {
	Provider           string         `json:"provider"`
	Account            string         `json:"account"`
	Store              string         `json:"store"`
	Network            string         `json:"network"`
	Status             string         `json:"status"`
	Recent             map[string]int `json:"recent"`               // newest refunds and payouts, by status
	OldestUnfinishedAt *string        `json:"oldest_unfinished_at"` // since when the oldest of those has not ended
	Awaiting           int            `json:"awaiting_settlement"`  // paid, and in no settlement file yet
	OldestAwaitingAt   *string        `json:"oldest_awaiting_at"`
	LastDay            *string        `json:"last_settlement_day"`
	LastDayStatus      *string        `json:"last_settlement_status"`
	Paused             []pause        `json:"paused"` // calls that the provider fails, and that wait
	Notes              []string       `json:"notes"`
}

type pause struct {
	Ability   string `json:"ability"`
	Since     string `json:"since"`
	NextTryAt string `json:"next_try_at"`
	Tries     int    `json:"tries"` // that failed since
}

type tally struct {
	recent map[string]int
	oldest time.Time // creation of the oldest that has not ended
	doubt  time.Time // the same, of those whose outcome is unknown
	last   *reconciliation.Reconciliation
	paused []pause
}

const (
	healthRecent = 200
	// doubtful is for how long an unknown outcome is ordinary: a quiet period, the tolerance of clocks, and a poll.
	doubtful = time.Hour
)

func (s *Server) health(r *http.Request, c request.Caller) (any, error) {
	now := s.Now()
	out := healthAnswer{Status: "ok", At: stamp(now), Providers: []accountHealth{}, Notes: []string{}}
	accounts := map[string]*tally{}
	held, err := s.count(r, job.HeldPartition(c.Merchant.ID), nil)
	if err != nil {
		return nil, err
	}
	if out.Held = held; held > 0 {
		out.Status = "attention"
		out.Notes = append(out.Notes, fmt.Sprintf("%d refunds or payouts wait for people: GET /v1/manual", held))
	}
	for _, kind := range []disbursement.Kind{disbursement.Refund, disbursement.Payout} {
		if err := s.recent(r, c, kind, accounts); err != nil {
			return nil, err
		}
	}
	if err := s.lastDays(r, c, accounts); err != nil {
		return nil, err
	}
	outages, err := provider.Outages(r.Context(), s.Store, c.Merchant.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range outages {
		t := tallyOf(accounts, o.Account)
		t.paused = append(t.paused, pause{string(o.Ability), stamp(o.OpenedAt), stamp(o.TryAt), o.Tries})
	}
	for _, shop := range c.Merchant.Stores {
		for _, a := range shop.Accounts {
			h := accountHealth{Provider: a.Provider, Account: a.Account, Store: shop.ID, Network: shop.Network}
			if err := s.accountHealth(r, c, &h, tallyOf(accounts, a.Account)); err != nil {
				return nil, err
			}
			if h.Status != "ok" {
				out.Status = h.Status
			}
			out.Providers = append(out.Providers, h)
		}
	}
	return out, nil
}

func tallyOf(all map[string]*tally, account string) *tally {
	t, ok := all[account]
	if !ok {
		t = &tally{recent: map[string]int{}}
		all[account] = t
	}
	return t
}

// count counts a partition of the work index, and gives the sort key of its first entry.
func (s *Server) count(r *http.Request, pk string, first *string) (int, error) {
	n := 0
	for after := ""; n < maxScanned; {
		page, err := s.Store.Query(r.Context(), store.Query{Index: store.Work, PK: pk, After: after, Limit: 100, KeysOnly: true})
		if err != nil {
			return 0, err
		}
		if n == 0 && len(page.Records) > 0 && first != nil {
			*first = page.Records[0].Index.Work.SK
		}
		n += len(page.Records)
		if after = page.Next; after == "" {
			break
		}
	}
	return n, nil
}

// recent tallies the newest refunds or payouts of this month and the one before.
func (s *Server) recent(r *http.Request, c request.Caller, kind disbursement.Kind, all map[string]*tally) error {
	for _, month := range []time.Time{s.Now(), firstOf(s.Now()).Add(-time.Hour)} {
		page, err := s.Store.Query(r.Context(), store.Query{Index: store.List,
			PK: disbursement.ListPartition(c.Merchant.ID, kind, month), Limit: healthRecent, Descending: true})
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			d, err := disbursement.Decode(record)
			if err != nil {
				return err
			}
			t := tallyOf(all, d.Account)
			t.recent[string(d.State)]++
			if !d.State.Done() {
				t.oldest = earlier(t.oldest, d.CreatedAt)
			}
			if d.State == disbursement.Unknown {
				t.doubt = earlier(t.doubt, d.LastSentAt)
			}
		}
	}
	return nil
}

// lastDays finds each account's latest settlement day.
func (s *Server) lastDays(r *http.Request, c request.Caller, all map[string]*tally) error {
	for _, month := range []time.Time{s.Now(), firstOf(s.Now()).Add(-time.Hour)} {
		page, err := s.Store.Query(r.Context(), store.Query{Index: store.List,
			PK: reconciliation.ListPartition(c.Merchant.ID, month), Limit: healthRecent, Descending: true})
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			rec, err := reconciliation.Decode(record)
			if err != nil {
				return err
			}
			if t := tallyOf(all, rec.Account); t.last == nil || t.last.Date.Before(rec.Date) {
				t.last = &rec
			}
		}
	}
	return nil
}

func (s *Server) accountHealth(r *http.Request, c request.Caller, h *accountHealth, t *tally) error {
	now, first := s.Now(), ""
	n, err := s.count(r, job.AwaitPartition(c.Merchant.ID, h.Account), &first)
	if err != nil {
		return err
	}
	h.Status, h.Recent, h.Awaiting, h.Paused, h.Notes = "ok", t.recent, n, append([]pause{}, t.paused...), []string{}
	h.OldestUnfinishedAt = optional(stamp(t.oldest))
	note := func(when bool, format string, args ...any) {
		if when {
			h.Status, h.Notes = "attention", append(h.Notes, fmt.Sprintf(format, args...))
		}
	}
	for _, p := range h.Paused {
		note(true, "the provider fails %s since %s: such calls wait, one is tried at %s", p.Ability, p.Since, p.NextTryAt)
	}
	note(!t.doubt.IsZero() && now.Sub(t.doubt) > doubtful, "the outcome of a call at %s is still unknown", stamp(t.doubt))
	note(t.recent[string(disbursement.Held)] > 0, "%d are held for people", t.recent[string(disbursement.Held)])
	if t.last != nil {
		h.LastDay, h.LastDayStatus = optional(t.last.Date.String()), optional(string(t.last.Status))
		note(t.last.Status == reconciliation.Broken, "the settlement of %s has breaks", t.last.Date)
	}
	if n == 0 {
		return nil
	}
	client, err := s.Clients.Client(r.Context(), h.Account)
	if err != nil {
		return err
	}
	country, err := settlement.CalendarBook{Store: s.Store}.Of(r.Context(), c.Merchant.ID, h.Network)
	if err != nil {
		return err
	}
	since, err := job.AwaitSince(first)
	if err != nil {
		return err
	}
	h.OldestAwaitingAt = optional(stamp(since))
	due := country.AddBusinessDays(calendar.On(since, country.Zone()), client.Profile().SettlesIn+1)
	note(due.Before(calendar.On(now, country.Zone())), "paid money of %s should have been in a settlement file by now", calendar.On(since, country.Zone()))
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
