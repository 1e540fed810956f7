package sandbox

import (
	"context"
	"net/http"

	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func (s *Stage) pay(w http.ResponseWriter, ctx context.Context, ours string, body []byte) {
	var q struct {
		Amount int64 `json:"amount"`
	}
	if parse(w, body, &q) {
		s.onBook(w, ctx, ours, deed{Kind: paid, Ours: ours, Minor: &q.Amount})
	}
}

// onBook finds the provider whose book has an id and does something to it.
func (s *Stage) onBook(w http.ResponseWriter, ctx context.Context, ours string, d deed) {
	for _, name := range s.names {
		p, err := s.today(ctx, name)
		if err != nil {
			s.fails(w, ctx, err)
			return
		}
		if p.knows(ours) {
			s.done(w, ctx, name, d, map[string]any{"done": true, "provider": name})
			return
		}
	}
	refuse(w, 404, "not_found", "No provider has "+ours+" in its book.", "If it is on its way there, ask again in some seconds.")
}

// done does a deed and answers, or says why it was not done.
func (s *Stage) done(w http.ResponseWriter, ctx context.Context, name string, d deed, yes map[string]any) {
	o, err := s.do(ctx, name, d)
	switch {
	case err != nil:
		s.fails(w, ctx, err)
	case o.err != nil:
		refuse(w, 409, "sandbox_refused", o.err.Error(), "Correct the call as the detail says.")
	default:
		if d.Kind == closed {
			yes["file"], yes["settlement_date"] = o.file, o.settles.String()
		}
		answer(w, yes)
	}
}

// named says whether a provider is played; it has answered if not.
func (s *Stage) named(w http.ResponseWriter, name string) bool {
	if !s.has(name) {
		refuse(w, 404, "not_found", "No provider of that name is played.", "Look at /_sandbox/accounts.")
		return false
	}
	return true
}

func (s *Stage) close(w http.ResponseWriter, ctx context.Context, body []byte) {
	var q struct{ Provider, Date string }
	if parse(w, body, &q) && s.named(w, q.Provider) {
		s.done(w, ctx, q.Provider, deed{Kind: closed, Day: q.Date}, map[string]any{})
	}
}

func (s *Stage) balance(w http.ResponseWriter, ctx context.Context, body []byte) {
	var q struct {
		Provider, Account string
		Amount            *int64
	}
	if parse(w, body, &q) && s.named(w, q.Provider) {
		s.done(w, ctx, q.Provider, deed{Kind: balanced, Account: q.Account, Minor: q.Amount}, map[string]any{"account": q.Account, "amount": q.Amount})
	}
}

func (s *Stage) faults(w http.ResponseWriter, req *http.Request, body []byte) {
	ctx, names := req.Context(), s.names
	if only := req.URL.Query().Get("provider"); only != "" {
		names = []string{only}
	}
	switch req.Method {
	case http.MethodPost:
		q := struct {
			Provider string
			Kind     simnet.Kind
			Count    int
			On       simnet.Operation
		}{Count: 1}
		if !parse(w, body, &q) || !s.named(w, q.Provider) {
			return
		}
		o, err := s.do(ctx, q.Provider, deed{Kind: armed, Fault: q.Kind, Count: q.Count, On: q.On})
		if err != nil {
			s.fails(w, ctx, err)
			return
		}
		if o.err != nil {
			refuse(w, 422, "fault_unknown", o.err.Error(), "Correct the call as the detail says.")
			return
		}
		names = []string{q.Provider}
	case http.MethodDelete:
		for _, name := range names {
			if p, err := s.current(ctx, name); err != nil || len(p.network.Faults().View().Armed)+len(p.network.Faults().View().Fired) == 0 {
				continue
			}
			if _, err := s.do(ctx, name, deed{Kind: cleared}); err != nil {
				s.fails(w, ctx, err)
				return
			}
		}
	case http.MethodGet:
	default:
		refuse(w, 405, "method_not_allowed", "Faults are posted, read or deleted.", "Use another method.")
		return
	}
	s.faultView(w, ctx, names)
}

// faultView sums what is armed and what has struck.
func (s *Stage) faultView(w http.ResponseWriter, ctx context.Context, names []string) {
	sum := simnet.View{Armed: map[simnet.Kind]int{}, Fired: map[simnet.Kind]int{}}
	for _, name := range names {
		if !s.named(w, name) {
			return
		}
		p, err := s.current(ctx, name)
		if err != nil {
			s.fails(w, ctx, err)
			return
		}
		v := p.network.Faults().View()
		for k, n := range v.Armed {
			sum.Armed[k] += n
		}
		for k, n := range v.Fired {
			sum.Fired[k] += n
		}
	}
	answer(w, sum)
}

func (s *Stage) ledger(w http.ResponseWriter, ctx context.Context, name string) {
	if !s.named(w, name) {
		return
	}
	p, err := s.today(ctx, name)
	if err != nil {
		s.fails(w, ctx, err)
		return
	}
	entries := p.network.Ledger()
	if entries == nil {
		entries = []simnet.Entry{}
	}
	answer(w, map[string]any{"entries": entries})
}

func (s *Stage) accounts(w http.ResponseWriter, ctx context.Context) {
	data := []map[string]string{}
	for _, name := range s.names {
		p, err := s.current(ctx, name)
		if err != nil {
			s.fails(w, ctx, err)
			return
		}
		for _, c := range p.accounts {
			data = append(data, map[string]string{"provider": name, "account": c.ID, "webhook_url": c.WebhookURL, "webhook_secret": c.Secrets[0]})
		}
	}
	answer(w, map[string]any{"data": data})
}
