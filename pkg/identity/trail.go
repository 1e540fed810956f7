package identity

import (
	"context"
	"strings"
)

// Trail is what a request is known by outside of us: the id that its answer bears, and the trace it was a part of. Who has either
// in hand finds by it what the request did. It is no part of a journal's hash, as it proves nothing.
type Trail struct {
	Request string // X-Request-Id
	Trace   string // trace id of W3C's traceparent, or the root of X-Ray's header
}

// ours is what ids of requests begin with that we gave.
const ours = "req_"

// Short is the request's id in the fewest bytes: records are billed by the kilobyte. Those of ours go without what all begin with, others
// behind an equals sign.
func (t Trail) Short() string {
	if _, ok := At(ours, t.Request); ok {
		return t.Request[len(ours):]
	}
	if t.Request == "" {
		return ""
	}
	return "=" + t.Request
}

// Lengthen undoes Short.
func Lengthen(short, trace string) Trail {
	if foreign, ok := strings.CutPrefix(short, "="); ok || short == "" {
		return Trail{foreign, trace}
	}
	return Trail{ours + short, trace}
}

type trailKey struct{}

// WithTrail makes what is done under the context bear the trail.
func WithTrail(ctx context.Context, t Trail) context.Context {
	return context.WithValue(ctx, trailKey{}, t)
}

// TrailOf is the trail of the request that something is done for; empty where nobody asked, as for a webhook or a poll.
func TrailOf(ctx context.Context) Trail {
	t, _ := ctx.Value(trailKey{}).(Trail)
	return t
}

// Bears says by what a mark is the trail's: request_id or trace_id; empty if it is neither.
func (t Trail) Bears(mark string) string {
	switch mark {
	case "":
	case t.Request:
		return "request_id"
	case t.Trace:
		return "trace_id"
	}
	return ""
}
