package api

import (
	"io"
	"net/http"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/provider"
)

// IconPath is where the marks of the networks are: a checkout shows them in a browser, which has no key.
const IconPath = "/icons/"

type methodAnswer struct {
	Network    string   `json:"network"`
	Country    string   `json:"country"`
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Summary    string   `json:"summary"`
	Steps      []string `json:"instructions"`
	Language   string   `json:"language"`
	IconURL    string   `json:"icon_url"`
	Stores     []string `json:"stores"`
	Currencies []string `json:"currencies"`
}

// paymentMethods lists the ways in which the merchant's stores collect, with what a checkout shows of each.
func (s *Server) paymentMethods(r *http.Request, c request.Caller) (any, error) {
	language, err := languageOf(r)
	if err != nil {
		return nil, err
	}
	wanted := r.URL.Query().Get("country")
	var f faults
	f.check(wanted == "" || wanted == "CO" || wanted == "PE", "field_invalid", "/country", "must be CO or PE")
	if err := f.err(); err != nil {
		return nil, err
	}
	var found []methodAnswer
	for _, shop := range c.Merchant.Stores {
		for _, a := range shop.Accounts {
			client, err := s.Clients.Client(r.Context(), a.Account)
			if err != nil {
				return nil, err
			}
			if _, carried := client.Profile().Currency(shop.Currency); !carried || !client.Can(provider.CanCreatePayment) {
				continue
			}
			network := client.Account().Network
			at := slices.IndexFunc(found, func(m methodAnswer) bool { return m.Network == network })
			if at < 0 {
				country, err := calendar.ByNetwork(network)
				if err != nil {
					return nil, err
				}
				words := methods[network][string(language)]
				at, found = len(found), append(found, methodAnswer{Network: network, Country: country.Code(), Name: networkNames[network],
					Title: words.title, Summary: words.summary, Steps: words.steps, Language: string(language), IconURL: s.base(r) + IconPath + network + ".svg"})
			}
			m := &found[at]
			m.Stores, m.Currencies = with(m.Stores, shop.ID), with(m.Currencies, string(shop.Currency))
		}
	}
	out := page{Data: []any{}}
	for _, m := range found {
		if wanted == "" || wanted == m.Country {
			out.Data = append(out.Data, m)
		}
	}
	return out, nil
}

// with is a list that has a text once.
func with(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// base is where this API is, as the caller sees it.
func (s *Server) base(r *http.Request) string {
	if s.Loopback {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}

// icon gives a network's mark.
func (s *Server) icon(w http.ResponseWriter, r *http.Request) {
	drawn, ok := icons[r.PathValue("file")]
	if !ok {
		s.refuse(w, r, request.ErrNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = io.WriteString(w, drawn)
}

// icons are marks of our own, by file: the networks' logos are theirs, and whoever has a contract puts those in. No letters,
// so that one serves every language; colours that neither network uses, so that nobody takes them for a logo.
var icons = map[string]string{
	// A banknote comes over a counter.
	"efecty.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" role="img"><rect width="48" height="48" rx="10" fill="#14532d"/>` +
		`<rect x="9" y="8" width="30" height="17" rx="2.5" fill="#fff"/><circle cx="24" cy="16.5" r="4.5" fill="#14532d"/>` +
		`<path d="M13 12v3M35 18v3" stroke="#14532d" stroke-width="2.5" stroke-linecap="round"/>` +
		`<path d="M24 27.5v5m-3.5-3 3.5 3.5 3.5-3.5" fill="none" stroke="#86efac" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/>` +
		`<rect x="6" y="36" width="36" height="4.5" rx="2.25" fill="#fff"/></svg>`,
	// A slip with a code on it, and a coin.
	"pagoefectivo.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" role="img"><rect width="48" height="48" rx="10" fill="#4c1d95"/>` +
		`<path d="M11 8h22v29l-3.7-3-3.6 3-3.7-3-3.7 3-3.6-3-3.7 3z" fill="#fff"/>` +
		`<path d="M15.5 13v9M19 13v9M23.5 13v9M26 13v9M29 13v9" stroke="#4c1d95" stroke-width="1.8"/><path d="M15.5 27h9" stroke="#4c1d95" stroke-width="2" stroke-linecap="round"/>` +
		`<circle cx="34" cy="32" r="8" fill="#c4b5fd" stroke="#4c1d95" stroke-width="2.5"/><path d="M34 28.5v7" stroke="#4c1d95" stroke-width="2.5" stroke-linecap="round"/></svg>`,
}
