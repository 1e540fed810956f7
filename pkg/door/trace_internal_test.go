package door

import (
	"net/http"
	"testing"
)

// TestTheTraceOfARequest: by the standard's header or, without it, by AWS's; what is neither leads nowhere.
func TestTheTraceOfARequest(t *testing.T) {
	const w3c, xray = "4bf92f3577b34da6a3ce929d0e0e4736", "1-5759e988-bd862e3fe1be46a994272793"
	for _, c := range []struct{ traceparent, amazon, want string }{
		{"00-" + w3c + "-00f067aa0ba902b7-01", "", w3c},
		{"00-" + w3c + "-00f067aa0ba902b7-01", "Root=" + xray, w3c},
		{"cc-" + w3c + "-00f067aa0ba902b7-01-what-the-future-brings", "", w3c},
		{"", "Root=" + xray + ";Parent=53995c3f42cd8ad8;Sampled=1", xray},
		{"", "Self=1-67891234-12456789abcdef012345678; Root=" + xray, xray},
		{"00-00000000000000000000000000000000-00f067aa0ba902b7-01", "", ""},
		{"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "", ""},
		{"00-" + w3c, "", ""},
		{"00-" + w3c[1:] + "-00f067aa0ba902b7-01", "", ""},
		{"", "Root=1-5759e988-bd862e3fe1be46a99427279", ""},
		{"", "Root=<script>alert(1)</script>-000000000", ""},
		{"", "Parent=" + xray, ""},
	} {
		h := http.Header{"Traceparent": {c.traceparent}, "X-Amzn-Trace-Id": {c.amazon}}
		if got := traceOf(h); got != c.want {
			t.Errorf("%q, %q: %q, want %q", c.traceparent, c.amazon, got, c.want)
		}
	}
}
