package story_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestWhatACheckoutShows: each network in the shopper's language, with instructions and an icon that a browser gets without a
// key, that runs and loads nothing.
func TestWhatACheckoutShows(t *testing.T) {
	t.Parallel()
	s := start(t)
	titles := map[string]string{}
	for _, language := range []string{"es", "en", "zh"} {
		found := list(s.get("/v1/payment-methods?lang="+language), "data")
		if len(found) != 2 {
			t.Fatalf("%s: %v", language, found)
		}
		for _, m := range found {
			steps, _ := m["instructions"].([]any)
			if str(m["language"]) != language || str(m["name"]) == "" || str(m["summary"]) == "" || len(steps) != 3 {
				t.Errorf("%s: %v", language, m)
			}
			if before, twice := titles[str(m["title"])]; twice || str(m["title"]) == "" {
				t.Errorf("%q is the title of %s, and of %s", m["title"], before, language)
			}
			titles[str(m["title"])] = language
			s.icon(strings.TrimPrefix(str(m["icon_url"]), s.url))
		}
	}
	only := list(s.get("/v1/payment-methods?country=PE"), "data")
	if len(only) != 1 || str(only[0]["network"]) != "pagoefectivo" || str(only[0]["language"]) != "en" || only[0]["stores"].([]any)[0] != "store_pe" {
		t.Errorf("%v", only)
	}
	for _, bad := range []string{"?country=EC", "?lang=fr"} {
		s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/payment-methods"+bad, nil))
	}
	s.refused(404, "not_found", s.do("GET", "/icons/logo.svg", nil))
	s.refused(401, "unauthorized", s.do("GET", "/v1/payment-methods", nil))
}

// icon reads a mark as a stranger would.
func (s *stack) icon(path string) {
	s.t.Helper()
	r := s.do("GET", path, nil)
	if r.status != 200 || r.header.Get("Content-Type") != "image/svg+xml" || r.header.Get("Cache-Control") == "" {
		s.t.Errorf("%s: %d %v", path, r.status, r.header)
	}
	drawn := 0
	for d := xml.NewDecoder(strings.NewReader(string(r.body))); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.t.Fatalf("%s: %v", path, err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		drawn++
		if e.Name.Local == "script" || e.Name.Local == "image" || e.Name.Local == "text" {
			s.t.Errorf("%s has a <%s>", path, e.Name.Local)
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Name.Local, "href") {
				s.t.Errorf("%s has %s=%q", path, a.Name.Local, a.Value)
			}
		}
	}
	if drawn < 4 {
		s.t.Errorf("%s: %d parts", path, drawn)
	}
}
