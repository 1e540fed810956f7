package story_test

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/infra/openapi"
)

// unprintable are texts, as JSON has them, that no field takes: what they show is not what they are, or they cannot be shown.
func unprintable() map[string]string {
	return map[string]string{
		"NUL":                  `"A\u0000B"`,
		"a bell":               `"A\u0007B"`,
		"a line feed":          `"A\r\nBcc: all@example.com"`,
		"a control of C1":      `"A\u0085B"`,
		"a line separator":     `"A\u2028B"`,
		"an override":          `"\u202Egnp.exe"`,
		"an isolate":           `"A\u2067B"`,
		"half a pair":          `"A\ud83dB"`,
		"the other half":       `"A\udca3B"`,
		"no character":         `"A\uFFFEB"`,
		"ten thousand accents": `"A` + strings.Repeat(`\u0301`, 10_000) + `"`,
		"very long":            `"` + strings.Repeat("x", 5_000) + `"`,
	}
}

// curious are texts that people do have, or that others would run: taken as they are, or refused, and never run.
func curious() map[string]string {
	return map[string]string{
		"emoji":     "👩‍👩‍👧‍👦🏳️‍🌈",
		"a formula": `=HYPERLINK("http://x")`,
		"an at":     "@SUM(1)",
		"a script":  `<script>alert(1)</script>`,
		"a quote":   `'; DROP TABLE refunds;--`,
		"Arabic":    "محمد بن سلمان",
		"accents":   "Ñandú Ŧ̶̢̛͝",
		"templates": "{{.}}${7*7}%s%n",
	}
}

// field is a text that a request may have: where it is, and in which requests.
type field struct {
	method, path string
	at           []string // of a JSON body, or else
	query        string   // the name of a parameter
}

// schemas resolves references within openapi.json.
type schemas struct{ document doc }

func (x schemas) of(s doc) doc {
	for s["$ref"] != nil {
		at := x.document
		for _, part := range strings.Split(strings.TrimPrefix(str(s["$ref"]), "#/"), "/") {
			at = at[part].(doc)
		}
		s = at
	}
	return s
}

// texts are the places of texts in what a schema describes.
func (x schemas) texts(s doc, at ...string) (all [][]string) {
	s = x.of(s)
	if properties, ok := s["properties"].(doc); ok {
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			all = append(all, x.texts(properties[name].(doc), append(slices.Clone(at), name)...)...)
		}
		return all
	}
	if items, ok := s["items"].(doc); ok {
		return x.texts(items, append(slices.Clone(at), "0")...)
	}
	if kind := fmt.Sprint(s["type"]); len(at) > 0 && (kind == "string" || kind == "[string null]") {
		return [][]string{at}
	}
	return nil
}

// fields are all texts that openapi.json lets a request have.
func fields(t *testing.T) (all []field) {
	t.Helper()
	var x schemas
	if err := json.Unmarshal(openapi.Document(), &x.document); err != nil {
		t.Fatal(err)
	}
	paths := x.document["paths"].(doc)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for method, raw := range paths[path].(doc) {
			op, ok := raw.(doc)
			if !ok || !strings.HasPrefix(path, "/v1/") {
				continue
			}
			for _, p := range list(op, "parameters") {
				if p = x.of(p); str(p["in"]) == "query" {
					all = append(all, field{method: strings.ToUpper(method), path: path, query: str(p["name"])})
				}
			}
			body, _ := op["requestBody"].(doc)
			content, _ := x.of(body)["content"].(doc)
			if described, ok := content["application/json"].(doc); ok && path != "/v1/batches" {
				for _, at := range x.texts(described["schema"].(doc)) {
					all = append(all, field{method: strings.ToUpper(method), path: path, at: at})
				}
			}
		}
	}
	return all
}

// spoilt is an example with a text put in somewhere; what is missing on the way there is made.
func spoilt(whole any, at []string, text json.RawMessage) any {
	if len(at) == 0 {
		return text
	}
	if n, err := strconv.Atoi(at[0]); err == nil {
		items, _ := whole.([]any)
		items = slices.Clone(items)
		if len(items) <= n {
			items = append(items, nil)
		}
		items[n] = spoilt(items[n], at[1:], text)
		return items
	}
	object, _ := whole.(doc)
	object = maps.Clone(object)
	if object == nil {
		object = doc{}
	}
	object[at[0]] = spoilt(object[at[0]], at[1:], text)
	return object
}

// TestHostileTextsInEveryField of every request that openapi.json describes, and in every parameter: a clear refusal, or they are
// taken; never an error of ours. What cannot be shown for what it is is taken nowhere.
func TestHostileTextsInEveryField(t *testing.T) {
	t.Parallel()
	s := start(t)
	own, walked := s.belongings(), 0
	own["payments"], own["refunds"] = s.paid(peru()), s.back(peru(), s.paid(peru()), 100)
	for _, f := range fields(t) {
		parts := strings.Split(f.path, "/")
		path := strings.NewReplacer("{date}", "2026-11-20", "{month}", "2026-11", "{id}", own[parts[2]], "{digest}", own[parts[2]]).Replace(f.path)
		var example any
		for _, content := range described().paths[f.path][strings.ToLower(f.method)].RequestBody.Content {
			_ = json.Unmarshal(content.Example, &example)
		}
		send := func(text string) reply {
			walked++
			if f.query != "" {
				return s.as(ana, f.method, path+"?"+f.query+"="+url.QueryEscape(text), nil)
			}
			return s.as(ana, f.method, path, spoilt(example, f.at, json.RawMessage(text)))
		}
		for name, text := range unprintable() {
			if f.query != "" {
				if err := json.Unmarshal([]byte(text), &text); err != nil {
					t.Fatal(err)
				}
				if strings.Contains(name, "half") {
					text = "A\xffB" // a parameter is bytes
				}
			}
			r := send(text)
			if fault := r.problem(r.status, str(r.doc(t)["code"])); r.status < 400 && f.query == "" || r.status >= 500 || r.status >= 400 && fault != "" {
				t.Errorf("%s %s %v%s, %s: %d %.300s", f.method, f.path, f.at, f.query, name, r.status, r.body)
			}
		}
		for name, text := range curious() {
			if f.query == "" {
				quoted, _ := json.Marshal(text)
				text = string(quoted)
			}
			r := send(text)
			if r.status >= 500 || r.status >= 400 && r.problem(r.status, str(r.doc(t)["code"])) != "" {
				t.Errorf("%s %s %v%s, %s: %d %.300s", f.method, f.path, f.at, f.query, name, r.status, r.body)
			}
		}
	}
	if walked < 4_000 {
		t.Errorf("%d texts were sent", walked)
	}
}

// TestHostileIdsInEveryPath: an id that is too long for any record, is no text, or is none of ours leads nowhere.
func TestHostileIdsInEveryPath(t *testing.T) {
	t.Parallel()
	s := start(t)
	walked := 0
	for path, methods := range described().paths {
		start, end := strings.Index(path, "{"), strings.Index(path, "}")
		if start < 0 {
			continue
		}
		for _, id := range []string{strings.Repeat("x", 5_000), "%FF%FE", "%00", "%F0%9F%A6%99", "'%20OR%201=1", "pay_%E2%80%AEdcba", "%0D%0AX:%20y", strings.Repeat("%CC%81", 700)} {
			for method := range methods {
				if method == "parameters" {
					continue
				}
				walked++
				r := s.as(ana, strings.ToUpper(method), path[:start]+id+path[end+1:], nil)
				if r.status < 400 || r.status >= 500 {
					t.Errorf("%s %s as %.40s: %d %.300s", method, path, id, r.status, r.body)
				}
			}
		}
	}
	if walked < 500 {
		t.Errorf("%d ids were tried", walked)
	}
}

// TestCuriousTextsComeThrough: what is taken is kept to the last code point, and on its way into pages, spreadsheets, mails and
// paper it is shown, and run by nobody.
func TestCuriousTextsComeThrough(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	refunds := map[string]string{}
	for _, text := range slices.Sorted(maps.Values(curious())) {
		mail := fmt.Sprintf("c%d@example.co", len(refunds))
		p := s.want(201, s.as(ana, "POST", "/v1/payments", x.payment(text, x.amount)))
		if str(p["order_reference"]) != text {
			t.Errorf("%q became %v", text, p["order_reference"])
		}
		s.pay(str(p["id"]), 0)
		page := string(s.as(ana, "GET", "/v1/payments/"+str(p["id"])+"/voucher.html", nil).body)
		if !strings.Contains(page, html.EscapeString(text)) && !strings.Contains(page, template.HTMLEscapeString(text)) || strings.Contains(page, "<script") {
			t.Errorf("%q on the voucher's page: %s", text, page)
		}
		body := with(x.refund(str(p["id"]), text, x.part), "beneficiary", with(person(), "name", text, "email", mail), "reason_code", "other", "reason_text", text)
		id := str(s.want(201, s.as(ana, "POST", x.path, body))["id"])
		s.settle()
		s.move(id, x.finish)
		r := s.get("/v1/refunds/" + id)
		if str(r["merchant_refund_id"]) != text || str(r["order_reference"]) != text || str(r["status"]) != "paid" {
			t.Errorf("%q became %v", text, r)
		}
		if found := list(s.search(text), "data"); len(found) == 0 {
			t.Errorf("nothing is found by %q", text)
		}
		if pdf := s.as(ana, "GET", "/v1/refunds/"+id+"/receipt?lang=zh", nil); pdf.status != 200 || !strings.HasPrefix(string(pdf.body), "%PDF-") {
			t.Errorf("%q on paper: %d %.200s", text, pdf.status, pdf.body)
		}
		if zip := s.as(ana, "GET", "/v1/refunds/"+id+"/evidence", nil); zip.status != 200 {
			t.Errorf("%q as evidence: %d", text, zip.status)
		}
		for _, m := range s.outbox(mail) {
			if strings.Contains(str(m["html"]), "<script") || str(m["text"]) == "" {
				t.Errorf("%q is mailed as %v", text, m)
			}
		}
		if len(s.outbox(mail)) == 0 {
			t.Errorf("nobody is told of %q", text)
		}
		refunds[id] = text
	}
	rows, _ := s.exported("refunds", "plain", s.today(), "")
	seen := 0
	for _, row := range rows[1:] {
		for id, text := range refunds {
			if slices.Contains(row, id) && (slices.Contains(row, text) || slices.Contains(row, "'"+text) && strings.ContainsAny(text[:1], "=+-@")) {
				seen++
			}
		}
	}
	if seen != len(refunds) {
		t.Errorf("%d of %d came into the file: %q", seen, len(refunds), rows)
	}
	day := s.closeDay(x.network)
	s.at(day, "22:00")
	s.balanced(x.network, day, int64(2*len(refunds)))
}

// TestHostileTextsOverALink: what a buyer writes, or who was given the link, is refused in words and kept by nobody.
func TestHostileTextsOverALink(t *testing.T) {
	t.Parallel()
	s := start(t)
	id := s.nobody(s.paidThrough(gateway{provider: "payu", side: colombia()}), "L-1")
	texts := curious()
	for name, text := range unprintable() {
		if err := json.Unmarshal([]byte(text), &text); err != nil {
			t.Fatal(err)
		}
		texts[name] = text
	}
	texts["no text"] = "\xff\xfe"
	path, tries := "", 0
	link := func() string { // one takes twenty tries
		if tries%15 == 0 {
			path = s.link(id)
			s.advance(time.Second)
		}
		tries++
		return path
	}
	for name, text := range texts {
		for _, field := range []string{"document_type", "document_number", "bank", "account", "account_type"} {
			form := eva()
			form.Set(field, text)
			r := s.fill(link(), form)
			if r.status != 422 && r.status != 400 || strings.Contains(string(r.body), "<script>") {
				t.Errorf("%s in %s: %d %.300s", name, field, r.status, r.body)
			}
		}
	}
	if r := s.get("/v1/refunds/" + id); str(r["status"]) != "held" {
		t.Errorf("%v", r)
	}
	s.page(200, s.fill(link(), eva()), "Recibimos")
}
