package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// FuzzBody holds what is accepted against the standard decoder's tokens: it is one JSON object, each key is known and comes once whatever
// its letters, and no number has a fraction or an exponent.
func FuzzBody(f *testing.F) {
	type row struct {
		ID   string `json:"id"`
		Rows []row  `json:"rows"`
		N    int64  `json:"n"`
		On   bool   `json:"on"`
	}
	for _, body := range []string{`{}`, `{"id":"x","rows":[{"id":"a","n":1},{"rows":[{}]}],"on":true}`, "{ \"id\" :\t\"\\u00e9\\\\\\\"\" ,\r\n \"n\" : -7 }", `{"id":"a","ID":"b"}`,
		`{"\u0069d":"a","id":"b"}`, `{"n":1.5}`, `{"n":1E2}`, `{"rows":[{"x":1}]}`, `{"id":"a"}{}`, `{"id":"a" "n":1}`, `{"rows":[,]}`, `{"id":null,"on":null}`, `{"n":12345678901234567890}`} {
		f.Add(body)
	}
	known := map[string]bool{"id": true, "rows": true, "n": true, "on": true}
	f.Fuzz(func(t *testing.T, body string) {
		var into row
		if decode([]byte(body), &into) != nil {
			return
		}
		if !json.Valid([]byte(body)) {
			t.Fatalf("%q is no JSON", body)
		}
		d := json.NewDecoder(bytes.NewReader([]byte(body)))
		d.UseNumber()
		if wrong := looked(d, known); wrong != "" {
			t.Fatalf("%q has %s", body, wrong)
		}
	})
}

// looked goes through one value and says what it has that no body may have.
func looked(d *json.Decoder, known map[string]bool) string {
	token, err := d.Token()
	if err != nil {
		return err.Error()
	}
	if n, ok := token.(json.Number); ok && strings.ContainsAny(n.String(), ".eE") {
		return "the number " + n.String()
	}
	open, ok := token.(json.Delim)
	seen := map[string]bool{}
	for ok && d.More() {
		if open == '{' {
			token, _ := d.Token()
			key := fmt.Sprint(token)
			if !known[key] || seen[strings.ToLower(key)] {
				return "the key " + key
			}
			seen[strings.ToLower(key)] = true
		}
		if wrong := looked(d, known); wrong != "" {
			return wrong
		}
	}
	if ok {
		_, _ = d.Token()
	}
	return ""
}
