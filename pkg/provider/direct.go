package provider

import (
	"crypto/tls"
	"net/http"
	"time"
)

// NewHTTPClient is the Doer of a deployed stack. It follows no redirect: a 307 would hand the same money over a second
// time, to whom we did not choose. It has no time-out of its own; deadlines come with each call.
func NewHTTPClient() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: 5 * time.Second,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 2,
			// A frozen function finds its idle connections dead; the shorter they are kept, the rarer a call is spent
			// on one of them.
			IdleConnTimeout: 30 * time.Second,
		},
	}
}
