package story_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

// key makes an API key and lets it in.
func (s *stack) key(changes ...any) doc {
	s.t.Helper()
	k := s.want(201, s.as(ana, "POST", "/v1/api-keys", with(doc{"person": "erp", "role": "operator"}, changes...)))
	s.want(200, s.as(beto, "POST", "/v1/api-keys/"+str(k["id"])+"/agree", nil))
	return k
}

// TestAKeyNeedsTwoPeople: whoever made a key cannot let it in, and until somebody does nobody comes in with it.
func TestAKeyNeedsTwoPeople(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.refused(422, "field_invalid", s.as(ana, "POST", "/v1/api-keys", doc{"person": "zoe", "role": "owner"}))
	s.refused(422, "field_invalid", s.as(ana, "POST", "/v1/api-keys", doc{"person": "zoe", "role": "admin", "sources": []string{"10.0.0.0/33"}}))
	s.refused(403, "forbidden", s.as(beto, "POST", "/v1/api-keys", doc{"person": "zoe", "role": "admin"}))
	k := s.want(201, s.as(ana, "POST", "/v1/api-keys", doc{"person": "zoe", "role": "approver"}))
	id, token := str(k["id"]), str(k["key"])
	if str(k["status"]) != "waiting" || !strings.HasPrefix(token, "sk_test_") || !strings.HasPrefix(token, str(k["prefix"])) {
		t.Fatalf("%v", k)
	}
	s.refused(401, "unauthorized", s.as(token, "GET", "/v1/payments", nil))
	s.refused(403, "second_person_required", s.as(ana, "POST", "/v1/api-keys/"+id+"/agree", nil))
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/api-keys/"+id+"/agree", nil))
	s.want(200, s.as(beto, "POST", "/v1/api-keys/"+id+"/agree", nil))
	s.advance(time.Minute)
	s.want(200, s.as(token, "GET", "/v1/payments", nil))
	viewer := s.want(201, s.as(ana, "POST", "/v1/api-keys", doc{"person": "screen", "role": "viewer"}))
	s.want(200, s.as(str(viewer["key"]), "GET", "/v1/payments", nil))
	listed := s.as(ana, "GET", "/v1/api-keys", nil)
	if strings.Contains(string(listed.body), token) || strings.Contains(string(listed.body), str(viewer["key"])) {
		t.Errorf("a key is shown again: %s", listed.body)
	}
	for _, l := range list(listed.doc(t), "data") {
		if str(l["id"]) == id && (str(l["agreed_by"]) != "beto" || str(l["last_used"]) != s.today() || str(l["status"]) != "active") {
			t.Errorf("%v", l)
		}
	}
	if theirs := list(s.want(200, s.as(carla, "GET", "/v1/api-keys", nil)), "data"); len(theirs) != 1 || str(theirs[0]["person"]) != "carla" {
		t.Errorf("another merchant sees %v", theirs)
	}
}

// TestRotationOverlapsAndRevocationEnds.
func TestRotationOverlapsAndRevocationEnds(t *testing.T) {
	t.Parallel()
	s := start(t)
	k := s.key()
	id, first := str(k["id"]), str(k["key"])
	s.want(200, s.as(first, "GET", "/v1/payments", nil))
	s.refused(422, "field_invalid", s.as(first, "POST", "/v1/api-keys/"+id+"/rotate", doc{"overlap_hours": 169}))
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/api-keys/"+id+"/rotate", doc{}))
	s.refused(404, "not_found", s.as(beto, "POST", "/v1/api-keys/"+id+"/rotate", doc{})) // another person's, and no admin
	next := s.want(201, s.as(first, "POST", "/v1/api-keys/"+id+"/rotate", doc{"overlap_hours": 2}))
	second := str(next["key"])
	if str(next["person"]) != "erp" || str(next["status"]) != "active" {
		t.Errorf("%v", next)
	}
	s.refused(409, "state_conflict", s.as(first, "POST", "/v1/api-keys/"+id+"/rotate", doc{}))
	for _, key := range []string{first, second} {
		s.want(200, s.as(key, "GET", "/v1/payments", nil))
	}
	s.advance(2 * time.Hour)
	s.refused(401, "unauthorized", s.as(first, "GET", "/v1/payments", nil))
	s.want(200, s.as(second, "GET", "/v1/payments", nil))
	// An admin who rotates somebody else's key does not become them alone.
	taken := s.want(201, s.as(ana, "POST", "/v1/api-keys/"+str(next["id"])+"/rotate", doc{"overlap_hours": 0}))
	s.refused(401, "unauthorized", s.as(str(taken["key"]), "GET", "/v1/payments", nil))
	s.want(200, s.as(beto, "POST", "/v1/api-keys/"+str(taken["id"])+"/agree", nil))
	s.advance(time.Minute)
	s.want(200, s.as(str(taken["key"]), "GET", "/v1/payments", nil))
	s.refused(403, "forbidden", s.as(beto, "POST", "/v1/api-keys/"+str(taken["id"])+"/revoke", nil))
	for range 2 { // a double click
		if r := s.want(200, s.as(ana, "POST", "/v1/api-keys/"+str(taken["id"])+"/revoke", nil)); str(r["revoked_by"]) != "ana" {
			t.Errorf("%v", r)
		}
	}
	s.advance(time.Minute)
	s.refused(401, "unauthorized", s.as(str(taken["key"]), "GET", "/v1/payments", nil))
	s.refused(409, "state_conflict", s.as(beto, "POST", "/v1/api-keys/"+str(taken["id"])+"/agree", nil))
	for _, l := range list(s.get("/v1/api-keys"), "data") {
		if str(l["person"]) == "ana" {
			s.refused(409, "key_in_use", s.as(ana, "POST", "/v1/api-keys/"+str(l["id"])+"/revoke", nil))
		}
	}
}

// TestAKeyComesFromWhereItMay.
func TestAKeyComesFromWhereItMay(t *testing.T) {
	t.Parallel()
	s := start(t)
	here, there := s.key("sources", []string{"203.0.113.7", "127.0.0.0/8"}), s.key("sources", []string{"203.0.113.0/24", "::1"})
	s.want(200, s.as(str(here["key"]), "GET", "/v1/payments", nil))
	s.refused(403, "source_not_allowed", s.as(str(there["key"]), "GET", "/v1/payments", nil))
}

// sign makes the headers of a signed request.
func (s *stack) sign(k doc, method, path, query, body, idem string, created time.Time, components, keyID string) []string {
	s.t.Helper()
	sum := sha256.Sum256([]byte(body))
	digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	params := fmt.Sprintf(`(%s);created=%d;keyid="%s";alg="hmac-sha256"`, components, created.Unix(), keyID)
	values := map[string]string{`"@method"`: method, `"@path"`: path, `"@query"`: "?" + query, `"content-digest"`: digest, `"idempotency-key"`: idem}
	var base strings.Builder
	for _, c := range strings.Fields(components) {
		base.WriteString(c + ": " + values[c] + "\n")
	}
	base.WriteString(`"@signature-params": ` + params)
	secret, err := base64.StdEncoding.DecodeString(str(k["signing_secret"]))
	if err != nil {
		s.t.Fatal(err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(base.String()))
	headers := []string{"Authorization", "Bearer " + str(k["key"]), "Signature-Input", "sig1=" + params,
		"Signature", "sig1=:" + base64.StdEncoding.EncodeToString(mac.Sum(nil)) + ":", "Content-Digest", digest}
	if idem != "" {
		headers = append(headers, "Idempotency-Key", idem)
	}
	return headers
}

// TestSignedRequests: a key that asks for signatures lets in what is signed as it is, and nothing that differs.
func TestSignedRequests(t *testing.T) {
	t.Parallel()
	s := start(t)
	k := s.key("signed", true)
	id := str(k["id"])
	s.refused(401, "signature_invalid", s.as(str(k["key"]), "GET", "/v1/payments", nil))
	const all = `"@method" "@path" "content-digest" "idempotency-key"`
	body := `{"network":"efecty","store":"store_co","amount":3000000,"currency":"COP","purpose":"prize","merchant_payout_id":"S-1",
		"beneficiary":{"name":"Ana","document_type":"CC","document_number":"1032456789"}}`
	now := s.now()
	good := s.sign(k, "POST", "/v1/payouts", "", body, "s-1", now, all, id)
	for name, bad := range map[string]reply{
		"another body":      s.do("POST", "/v1/payouts", strings.Replace(body, "3000000", "9000000", 1), good...),
		"another path":      s.do("POST", "/v1/refunds", body, good...),
		"another query":     s.do("POST", "/v1/payouts?x=1", body, good...),
		"another key":       s.do("POST", "/v1/payouts", body, append(good, "Idempotency-Key", "s-2")...),
		"no method":         s.do("POST", "/v1/payouts", body, s.sign(k, "POST", "/v1/payouts", "", body, "s-1", now, `"@path" "content-digest" "idempotency-key"`, id)...),
		"no digest":         s.do("POST", "/v1/payouts", body, s.sign(k, "POST", "/v1/payouts", "", body, "s-1", now, `"@method" "@path" "idempotency-key"`, id)...),
		"twice":             s.do("POST", "/v1/payouts", body, s.sign(k, "POST", "/v1/payouts", "", body, "s-1", now, `"@method" `+all, id)...),
		"what is not there": s.do("POST", "/v1/payouts", body, s.sign(k, "POST", "/v1/payouts", "", body, "s-1", now, all+` "@status"`, id)...),
		"old":               s.do("POST", "/v1/payouts", body, s.sign(k, "POST", "/v1/payouts", "", body, "s-1", now.Add(-302*time.Second), all, id)...),
		"of the future":     s.do("POST", "/v1/payouts", body, s.sign(k, "POST", "/v1/payouts", "", body, "s-1", now.Add(310*time.Second), all, id)...),
		"of another":        s.do("POST", "/v1/payouts", body, s.sign(k, "POST", "/v1/payouts", "", body, "s-1", now, all, "key_0")...),
		"of another secret": s.do("POST", "/v1/payouts", body, s.sign(doc{"key": k["key"], "signing_secret": "AAAA"}, "POST", "/v1/payouts", "", body, "s-1", now, all, id)...),
		"empty":             s.do("POST", "/v1/payouts", body, append(good, "Signature", "sig1=::")...),
	} {
		if fault := bad.problem(401, "signature_invalid"); fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
	}
	if got := list(s.get("/v1/payouts"), "data"); len(got) != 0 {
		t.Errorf("%v", got)
	}
	s.want(201, s.do("POST", "/v1/payouts", body, good...))
	if again := s.do("POST", "/v1/payouts", body, good...); again.status != 201 || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("replayed: %d %s", again.status, again.body)
	}
	s.want(200, s.do("GET", "/v1/payouts?limit=1", nil, s.sign(k, "GET", "/v1/payouts", "limit=1", "", "", now, `"@method" "@path" "@query"`, id)...))
}
