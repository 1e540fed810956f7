package door

import (
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestTheBaseIsThatOfTheStandard: RFC 9421, appendix B.2.5, with its message, secret and signature.
func TestTheBaseIsThatOfTheStandard(t *testing.T) {
	r := httptest.NewRequest("POST", "https://example.com/foo?param=Value&Pet=dog", strings.NewReader(`{"hello": "world"}`))
	r.Header.Set("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
	r.Header.Set("Content-Type", "application/json")
	const params = `("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"`
	label, covered, p, err := signatureInput("sig-b25=" + params)
	if err != nil || label != "sig-b25" || p.text != params {
		t.Fatalf("%s %v %+v %v", label, covered, p, err)
	}
	base, err := signatureBase(r, covered, p.text)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := base64.StdEncoding.DecodeString("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==")
	if err != nil {
		t.Fatal(err)
	}
	if got := base64.StdEncoding.EncodeToString(authentic(secret, base)); got != "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=" {
		t.Errorf("%s over\n%s", got, base)
	}
}
