// Package egress calls addresses that merchants gave. Whatever a name resolves to is looked at when it is dialled, so that
// no answer of a name server, however often it changes, leads to an address of ours.
package egress

import (
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Bounds of one call. The call as a whole is bounded by its context.
const (
	dialTimeout      = 3 * time.Second
	handshakeTimeout = 5 * time.Second
)

// ports an endpoint may have.
const (
	https    = 443
	httpsAlt = 8443
)

// refused is an address that must not be dialled.
type refused struct{ error }

// AddressRefused tells it from an address that does not answer.
func (refused) AddressRefused() bool { return true }

// Control looks at an address that is about to be dialled; see net.Dialer.
type Control func(network, address string, c syscall.RawConn) error

// Public lets through public addresses only: none of the special ones of IANA's registries, no IPv6 outside of global
// unicast, and in it none that carries an IPv4 address (6to4, Teredo, NAT64).
func Public() Control {
	guardian := ssrf.New(ssrf.WithPorts(https, httpsAlt))
	return func(network, address string, c syscall.RawConn) error {
		if err := guardian.Safe(network, address, c); err != nil {
			return refused{err}
		}
		return nil
	}
}

// Client calls https addresses.
type Client struct{ http *http.Client }

// New is a client that follows no redirect, ignores proxy variables, keeps no connection between calls (the function may be
// frozen there) and dials nothing that the control or TLS does not let through. A nil resolver is the system's.
func New(control Control, resolver *net.Resolver) *Client {
	dialer := &net.Dialer{Timeout: dialTimeout, Control: control, Resolver: resolver}
	return &Client{&http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    handshakeTimeout,
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// errScheme says an endpoint's address is not one of https.
var errScheme = errors.New("egress: only https")

// Do sends the request. Errors for addresses that must not be dialled have AddressRefused.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" {
		return nil, refused{errScheme}
	}
	return c.http.Do(req)
}
