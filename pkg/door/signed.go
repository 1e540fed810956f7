package door

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/merchant"
)

const (
	freshFor  = 5 * time.Minute // either way: clocks differ
	maxSigned = 8 << 20         // bytes of a body: more than the gateway lets through
)

// signed checks the signature of a request whose key asks for one: HMAC-SHA256 over method, path, query, the digest of the
// body and the Idempotency-Key, those that the request has. What else is covered is checked too. Error: ErrUnsigned.
func signed(r *http.Request, key merchant.APIKey, now time.Time) error {
	label, covered, params, err := signatureInput(r.Header.Get("Signature-Input"))
	if err != nil {
		return err
	}
	if err := params.check(key.ID(), now); err != nil {
		return err
	}
	digest, err := digestOf(r)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name string
		has  bool
	}{{"@method", true}, {"@path", true}, {"@query", r.URL.RawQuery != ""}, {"content-digest", digest}, {"idempotency-key", r.Header.Get("Idempotency-Key") != ""}} {
		if c.has && !slices.Contains(covered, c.name) {
			return fmt.Errorf("%w: %s is not covered", ErrUnsigned, c.name)
		}
	}
	base, err := signatureBase(r, covered, params.text)
	if err != nil {
		return err
	}
	secret, err := base64.StdEncoding.DecodeString(key.Signing)
	if err != nil {
		return err
	}
	value, ok := strings.CutPrefix(r.Header.Get("Signature"), label+"=:")
	value, ok2 := strings.CutSuffix(value, ":")
	given, err := base64.StdEncoding.DecodeString(value)
	if !ok || !ok2 || err != nil || !hmac.Equal(given, authentic(secret, base)) {
		return fmt.Errorf("%w: it is another request's, or of another secret", ErrUnsigned)
	}
	return nil
}

// parameters are what a signature says of itself.
type parameters struct {
	text   string // the whole, components and all, as it is signed
	values map[string]string
}

// signatureInput reads the one signature of a request, RFC 9421 section 4.1, in the form that section 2.3 serializes to:
// sig1=("@method" "@path");created=1618884473;keyid="…". Error: ErrUnsigned.
func signatureInput(text string) (label string, covered []string, p parameters, err error) {
	label, p.text, _ = strings.Cut(text, "=")
	inner, rest, ok := strings.Cut(strings.TrimPrefix(p.text, "("), ")")
	err = fmt.Errorf("%w: Signature-Input must name one signature, its components and parameters", ErrUnsigned)
	if !ok || label == "" || p.text[0] != '(' || inner == "" {
		return label, nil, p, err
	}
	for _, quoted := range strings.Split(inner, " ") {
		name, ok := unquoted(quoted)
		if !ok || strings.Trim(name, "@abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return label, nil, p, err
		}
		covered = append(covered, name)
	}
	p.values = map[string]string{}
	for i, part := range strings.Split(rest, ";") {
		name, value, _ := strings.Cut(part, "=")
		if i == 0 && part == "" {
			continue // before the first parameter
		}
		_, twice := p.values[name]
		if v, ok := unquoted(value); ok {
			value = v
		} else if value == "" || strings.Trim(value, "0123456789") != "" {
			return label, nil, p, err
		}
		if i == 0 || twice {
			return label, nil, p, err
		}
		p.values[name] = value
	}
	return label, covered, p, nil
}

// unquoted is a string without its quotes and with nothing in it that would need escaping.
func unquoted(s string) (string, bool) {
	if len(s) < 3 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", false
	}
	s = s[1 : len(s)-1]
	return s, !strings.ContainsAny(s, "\"\\")
}

// check holds against the parameters by which key, when, and how a request was signed.
func (p parameters) check(keyID string, now time.Time) error {
	seconds, err := strconv.ParseInt(p.values["created"], 10, 64)
	age := now.Sub(time.Unix(seconds, 0))
	switch {
	case err != nil || age > freshFor || age < -freshFor:
		return fmt.Errorf("%w: created must be within five minutes of now", ErrUnsigned)
	case p.values["keyid"] != keyID:
		return fmt.Errorf("%w: keyid must be %s", ErrUnsigned, keyID)
	case p.values["alg"] != "" && p.values["alg"] != "hmac-sha256":
		return fmt.Errorf("%w: alg must be hmac-sha256", ErrUnsigned)
	}
	if expires := p.values["expires"]; expires != "" {
		if end, err := strconv.ParseInt(expires, 10, 64); err != nil || !now.Before(time.Unix(end, 0)) {
			return fmt.Errorf("%w: expires is over", ErrUnsigned)
		}
	}
	return nil
}

// digestOf checks the body against Content-Digest (RFC 9530) and puts it back for the handler. It says whether there is a
// body.
func digestOf(r *http.Request) (bool, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxSigned+1))
	if err != nil {
		return false, fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	if len(body) > maxSigned {
		return false, ErrTooLarge
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) == 0 {
		return false, nil
	}
	sum := sha256.Sum256(body)
	if r.Header.Get("Content-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
		return true, fmt.Errorf("%w: Content-Digest must be the body's sha-256", ErrUnsigned)
	}
	return true, nil
}

// signatureBase is what is signed, RFC 9421 section 2.5.
func signatureBase(r *http.Request, covered []string, params string) (string, error) {
	var b strings.Builder
	for i, name := range covered {
		if slices.Contains(covered[:i], name) {
			return "", fmt.Errorf("%w: %s is covered twice", ErrUnsigned, name)
		}
		var value string
		switch name {
		case "@method":
			value = r.Method
		case "@authority":
			value = strings.ToLower(r.Host)
		case "@path":
			value = r.URL.EscapedPath()
		case "@query":
			value = "?" + r.URL.RawQuery
		default:
			values := r.Header.Values(name)
			if len(values) == 0 || name[0] == '@' {
				return "", fmt.Errorf("%w: there is no %s", ErrUnsigned, name)
			}
			for i := range values {
				values[i] = strings.TrimSpace(values[i])
			}
			value = strings.Join(values, ", ")
		}
		b.WriteString(`"` + name + `": ` + value + "\n")
	}
	b.WriteString(`"@signature-params": ` + params)
	return b.String(), nil
}

func authentic(secret []byte, base string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(base))
	return mac.Sum(nil)
}
