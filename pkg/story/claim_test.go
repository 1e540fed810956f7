package story_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// eva is what a buyer writes into the form of PayU's bank transfers in Colombia.
func eva() url.Values {
	return url.Values{"document_type": {"CC"}, "document_number": {"52.123.456"}, "bank": {"007"}, "account": {"191 1234 5678 901"}, "account_type": {"savings"}}
}

// link asks for a buyer's link and gives its path.
func (s *stack) link(refund string) string {
	s.t.Helper()
	a := s.want(200, s.as(ana, "POST", "/v1/refunds/"+refund+"/claim-link", nil))
	path, ok := strings.CutPrefix(str(a["url"]), s.url)
	if !ok || !strings.HasPrefix(path, "/claim/") {
		s.t.Fatalf("%v", a)
	}
	return path
}

// fill sends a buyer's form.
func (s *stack) fill(path string, form url.Values, headers ...string) reply {
	s.t.Helper()
	return s.do("POST", path, form.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

// page checks a page's status and words.
func (s *stack) page(status int, r reply, words ...string) {
	s.t.Helper()
	if r.status != status || r.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(r.header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
		s.t.Errorf("%d, not %d, %v\n%s", r.status, status, r.header, r.body)
	}
	for _, w := range words {
		if !strings.Contains(string(r.body), w) {
			s.t.Errorf("no %q in\n%s", w, r.body)
		}
	}
}

// TestTheBuyerTellsWhatIsMissing over a link, and the refund goes on by itself; the link is of use once.
func TestTheBuyerTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"documents": []doc{{"country": "CO", "types": []string{"CC", "NIT"}}}, "register": []doc{{"country": "CO", "currency": "COP", "single": 10_000_00}}})
	payment := s.paidThrough(gateway{provider: "payu", side: colombia()})
	id := s.nobody(payment, "L-1")
	path := s.link(id)
	form := s.do("GET", path, nil)
	s.page(200, form, "Tienda demo", "$ 20.000", "Tipo de documento", "NIT", "Bancolombia", `<form method="post"`, `<html lang="es">`, `content="width=device-width`) // in Spanish, for a telephone
	if html := string(form.body); strings.Contains(html, "Extranjería") || strings.Contains(html, `id="email"`) || strings.Contains(html, "Ruiz") || strings.Contains(html, "<script") {
		t.Errorf("asks or shows what it should not:\n%s", html)
	}
	for field, bad := range map[string]string{"document_number": "12345", "document_type": "CE", "bank": "999", "account": "12AB", "account_type": "gold"} {
		wrong := eva()
		wrong.Set(field, bad)
		s.page(422, s.fill(path, wrong), "Revise lo siguiente", `href="#`+field)
	}
	s.page(422, s.fill(path, url.Values{"document_number": {`"><script>alert(1)</script>`}}), `&#34;&gt;&lt;script&gt;`)
	s.page(403, s.fill(path, eva(), "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"), "No se envió")
	s.page(400, s.do("POST", path, `{"bank":"007"}`, "Content-Type", "application/json"), "No se pudo leer")
	if got := s.status("/v1/refunds/" + id); got != "held" {
		t.Fatalf("after slips only: %s", got)
	}
	other := s.link(id) // a second one, which must die with the first
	s.page(200, s.fill(path, eva()), "Recibimos sus datos")
	s.page(410, s.fill(path, eva()), "ya se usó")
	s.page(410, s.do("GET", other, nil), "ya se usó")
	s.settle()
	r := s.get("/v1/refunds/" + id)
	if str(r["status"]) != "accepted" || len(s.live("payu", id)) != 1 {
		t.Errorf("%v", r)
	}
	var by []string
	for _, step := range list(r, "history") {
		by = append(by, str(step["by"])+" "+str(step["note"]))
	}
	story := strings.Join(by, "; ")
	if strings.Count(story, "ana a link for the buyer was given") != 2 || strings.Count(story, "buyer told by the buyer") != 1 {
		t.Error(story)
	}
	if rows := list(s.get("/v1/register?month="+s.today()[:7]), "data"); len(rows) != 1 {
		t.Errorf("what the buyer tells is counted as what the merchant tells: %v", rows)
	}
	s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/refunds/"+id+"/claim-link", nil))
	for _, secret := range []string{"52123456", "52.123.456", "19112345678901", strings.TrimPrefix(path, "/claim/")} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log tells %s", secret)
		}
	}
}

// TestLinksThatAreNone are guessed, cut, bent, of another refund, or over, and each says what to do.
func TestLinksThatAreNone(t *testing.T) {
	t.Parallel()
	s := start(t)
	payment := s.paidThrough(gateway{provider: "payu", side: colombia()})
	id := s.nobody(payment, "L-2")
	path := s.link(id)
	token := strings.TrimPrefix(path, "/claim/")
	said, mac, _ := strings.Cut(token, ".")
	far := "A" + said[1:]
	for _, bad := range []string{"x", said, said + ".", said + ".AAAAAAAAAAAAAAAAAAAAAA", far + "." + mac, token + "A", strings.Repeat("A", 500) + ".A", "%00", "%F0%9F%92%B8.x"} {
		s.page(404, s.do("GET", "/claim/"+bad, nil), "no es válido")
		s.page(404, s.fill("/claim/"+bad, eva()), "no es válido")
	}
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/refunds/"+id+"/claim-link", nil))
	for hours, fits := range map[int]bool{0: false, 1: true, 720: true, 721: false} {
		if got := s.as(ana, "POST", "/v1/refunds/"+id+"/claim-link", doc{"expires_in_hours": hours}).status == 200; got != fits {
			t.Errorf("%d hours: %v", hours, got)
		}
	}
	short := strings.TrimPrefix(str(s.want(200, s.as(ana, "POST", "/v1/refunds/"+id+"/claim-link", doc{"expires_in_hours": 1}))["url"]), s.url)
	s.advance(59 * time.Minute)
	s.page(200, s.do("GET", short, nil))
	s.advance(2 * time.Minute)
	s.page(410, s.do("GET", short, nil), "venció", "Pida un enlace nuevo a Tienda demo", "sigue reservado")
	s.page(410, s.fill(short, eva()), "venció")
	for n := range 21 {
		bad := eva()
		bad.Set("account", "1")
		r := s.fill(path, bad)
		if want := map[bool]int{true: 422, false: 429}[n < 20]; r.status != want {
			t.Fatalf("try %d: %d", n+1, r.status)
		}
	}
	s.page(429, s.fill(path, eva()), "Demasiados intentos")
	s.page(200, s.fill(s.link(id), eva()), "Recibimos")
	many := s.nobody(payment, "L-many")
	for range 10 { // so many links for one hold are enough
		s.link(many)
		s.advance(time.Second)
	}
	s.refused(409, "state_conflict", s.as(ana, "POST", "/v1/refunds/"+many+"/claim-link", nil))
}

// TestTheNoticeCarriesTheLink: whoever can be reached is asked in Spanish, once, and what they tell is enough.
func TestTheNoticeCarriesTheLink(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := colombia()
	payment := s.paidThrough(gateway{provider: "payu", side: x})
	body := with(x.refund(payment, "L-3", 20_000_00), "route", "bank_transfer", "beneficiary", doc{"name": "Eva Ruiz", "email": "eva@example.co"})
	id := str(s.want(201, s.as(ana, "POST", "/v1/refunds", body))["id"])
	s.settle()
	mail := s.outbox("eva@example.co")
	if len(mail) != 1 || str(mail[0]["subject"]) != "Faltan datos para su reembolso" {
		t.Fatalf("%v", mail)
	}
	_, rest, _ := strings.Cut(str(mail[0]["text"]), s.url)
	path, _, _ := strings.Cut(rest, "\n")
	s.page(200, s.do("GET", path, nil), "Número de cuenta")
	s.page(200, s.fill(path, eva()), "Recibimos")
	s.settle()
	if got := s.status("/v1/refunds/" + id); got != "accepted" {
		t.Error(got)
	}
	s.want(201, s.as(ana, "POST", "/v1/refunds", with(body, "merchant_refund_id", "L-4", "beneficiary", doc{"name": "Eva", "email": "away@example.co"})))
	late := s.as(ana, "GET", "/v1/refunds?merchant_refund_id=L-4", nil)
	s.want(200, s.as(ana, "POST", "/v1/refunds/"+str(list(s.want(200, late), "data")[0]["id"])+"/cancel", nil))
	s.advance(26 * time.Hour)
	if lost := list(s.get("/v1/events?type=notice.failed&limit=100"), "data"); len(lost) != 0 {
		t.Errorf("nothing was left to tell: %v", lost)
	}
}

// TestWhatTheBuyerTellsIsAgreedToAgain where somebody must agree, and the merchant's people may be quicker.
func TestWhatTheBuyerTellsIsAgreedToAgain(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.rule(doc{"approval": doc{"tiers": []doc{{"currency": "COP", "above": 0, "role": "approver"}}}})
	payment := s.paidThrough(gateway{provider: "payu", side: colombia()})
	id := s.nobody(payment, "L-5")
	path := s.link(id)
	s.want(200, s.as(beto, "POST", "/v1/refunds/"+id+"/take", nil)) // looks at it, and keeps nobody from answering
	s.page(200, s.fill(path, eva()), "Recibimos")
	r := s.get("/v1/refunds/" + id)
	if str(r["status"]) != "awaiting_approval" {
		t.Fatalf("%v", r)
	}
	s.want(200, s.as(beto, "POST", "/v1/refunds/"+id+"/approve", nil))
	s.settle()
	if got := s.status("/v1/refunds/" + id); got != "accepted" {
		t.Error(got)
	}
	quick := s.nobody(payment, "L-6")
	path = s.link(quick)
	s.want(200, s.as(ana, "POST", "/v1/refunds/"+quick+"/cancel", nil))
	s.page(410, s.fill(path, eva()), "ya se usó")
	if len(s.live("payu", quick)) != 0 {
		t.Error("cancelled, and sent")
	}
	theirs := s.nobody(payment, "L-7")
	own := str(s.want(200, s.as(beto, "POST", "/v1/refunds/"+theirs+"/claim-link", nil))["url"])
	s.page(200, s.fill(strings.TrimPrefix(own, s.url), eva()), "Recibimos") // the buyer, or who was given the link
	s.refused(403, "second_person_required", s.as(beto, "POST", "/v1/refunds/"+theirs+"/approve", nil))
	if got := s.status("/v1/refunds/" + theirs); got != "awaiting_approval" || len(s.live("payu", theirs)) != 0 {
		t.Errorf("whoever had the link agreed to it: %s", got)
	}
}
