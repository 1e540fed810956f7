package simnet

import (
	"bytes"
	"net/http"
	"time"
)

// Served is what came of a call over a real wire.
type Served struct {
	Status int
	Header http.Header
	Body   []byte
}

// Serve answers a call that came over a real wire, with whatever befalls it there. What a Transport shows as an error of
// the line arrives as the page of a gateway before the provider: 504 where no answer comes, 503 where nobody listens. The
// caller learns as little from either.
func Serve(host Host, network Network, req *http.Request) Served {
	kind := network.Faults().call(network.Operation(req), req)
	switch kind {
	case Outage:
		return served(gateway(http.StatusServiceUnavailable))
	case TimeoutBefore:
		return served(gateway(http.StatusGatewayTimeout))
	case LateCommit:
		host.After(hang+time.Duration(host.Float()*float64(latest-hang)), func() { serve(network, req, new(bytes.Buffer)) })
		return served(gateway(http.StatusGatewayTimeout))
	case Reject, RateLimit:
		return served(refuse(network, req, kind, new(bytes.Buffer)))
	}
	reply := perform(network, req, kind, new(bytes.Buffer))
	if kind == TimeoutAfter || kind == SlowDrip {
		return served(reply.page(http.StatusGatewayTimeout))
	}
	return served(reply)
}

func gateway(status int) *answer { return (&answer{body: new(bytes.Buffer)}).page(status) }

func served(a *answer) Served {
	a.WriteHeader(http.StatusOK)
	return Served{a.status, a.header, a.body.Bytes()}
}
