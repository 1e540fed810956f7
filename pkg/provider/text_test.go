package provider_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
)

func TestTextIsAStringOrANumber(t *testing.T) {
	for raw, want := range map[string]provider.Text{`100`: "100", `"100"`: "100", `null`: "", `22.50`: "22.50", `""`: ""} {
		var got provider.Text
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{`true`, `{}`, `[]`} {
		var got provider.Text
		if err := json.Unmarshal([]byte(raw), &got); err == nil {
			t.Errorf("%s is taken for %q", raw, got)
		}
	}
}

func TestDecodeJSONTakesOneValueAndRepeatsNothing(t *testing.T) {
	for _, body := range []string{``, `{`, `{} {}`, `{}x`, `{"a":"secret"`, `[secret]`, `"secret"`} {
		var into struct{ A string }
		err := provider.DecodeJSON([]byte(body), &into)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", body, err)
		}
	}
	var into struct{ A string }
	if err := provider.DecodeJSON([]byte(" {\"a\":\"b\"} \n"), &into); err != nil || into.A != "b" {
		t.Errorf("%+v, %v", into, err)
	}
}

func TestMinorReadsDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1e15, 1e15).Draw(t, "minor")
		got, err := provider.Minor(json.Number(money.FormatMinor(minor, 2)), money.PEN)
		if err != nil || got != minor {
			t.Errorf("%d came back as %d (%v)", minor, got, err)
		}
	})
	for _, text := range []string{"1e3", "0.005", "", "1.", ".5", "+1"} {
		if got, err := provider.Minor(json.Number(text), money.PEN); err == nil {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func TestWordKeepsCodesAndNothingElse(t *testing.T) {
	for text, want := range map[string]string{"REFUND_EXPIRED": "REFUND_EXPIRED", "5001": "5001", "a b@c.d": "abc.d",
		strings.Repeat("x", 99): strings.Repeat("x", 40), "<script>": "script", "ñandú": "and"} {
		if got := provider.Word(text); got != want {
			t.Errorf("%q is cut to %q, want %q", text, got, want)
		}
	}
}

func TestCodesProveOnlyUnderTheirStatus(t *testing.T) {
	table := provider.Codes{{Status: 422, Code: "NO", Class: provider.Rejected, Means: "no"}}
	for _, c := range []struct {
		status int
		code   string
		want   provider.Class
	}{{422, "NO", provider.Rejected}, {400, "NO", provider.Unknown}, {422, "no", provider.Unknown}, {422, "", provider.Unknown}} {
		if got := table.Error(c.status, c.code); got.Class != c.want {
			t.Errorf("%d %q is %s, want %s", c.status, c.code, got.Class, c.want)
		}
	}
}

func TestSettingsAndCredentials(t *testing.T) {
	a := provider.Account{Settings: map[string]string{"yes": "true", "no": "false", "maybe": "1", "n": "7", "minus": "-1"},
		Credentials: map[string]string{"key": "value", "empty": ""}}
	if on, err := a.Flag("yes", false); !on || err != nil {
		t.Error("yes is no")
	}
	if on, err := a.Flag("no", true); on || err != nil {
		t.Error("no is yes")
	}
	if on, err := a.Flag("absent", true); !on || err != nil {
		t.Error("the fallback is not used")
	}
	if n, err := a.Count("n", 1); n != 7 || err != nil {
		t.Errorf("n is %d, %v", n, err)
	}
	_, flagErr := a.Flag("maybe", false)
	_, countErr := a.Count("minus", 1)
	_, emptyErr := a.Need("empty")
	for name, err := range map[string]error{"maybe": flagErr, "minus": countErr, "empty": emptyErr} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSignedTriesEverySecret(t *testing.T) {
	body := []byte("body")
	signature := provider.Sign("old", body)
	if !provider.Signed([]string{"new", "old"}, signature, []byte("bo"), []byte("dy")) {
		t.Error("the second secret is not tried, or the parts are not one message")
	}
	for _, secrets := range [][]string{nil, {"new"}} {
		if provider.Signed(secrets, signature, body) {
			t.Errorf("accepted with %v", secrets)
		}
	}
	if provider.Signed([]string{"old"}, strings.ToUpper(signature), body) || provider.Signed([]string{"old"}, "", body) {
		t.Error("another spelling of the signature is accepted")
	}
}

func TestFreshIsSymmetric(t *testing.T) {
	for seconds, want := range map[int]bool{-301: false, -300: true, 300: true, 301: false} {
		if got := provider.Fresh(start(), start().Add(time.Duration(seconds)*time.Second)); got != want {
			t.Errorf("%d s: %v", seconds, got)
		}
	}
}

func TestClassOf(t *testing.T) {
	if got := provider.ClassOf(errors.New("x")); got != provider.Unknown {
		t.Errorf("any error is %s", got)
	}
	if got := provider.ClassOf(errors.Join(errors.New("x"), &provider.Error{Class: provider.NotSent})); got != provider.NotSent {
		t.Errorf("a wrapped one is %s", got)
	}
}
