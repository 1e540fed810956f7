package sim

import (
	"cmp"
	"strings"
)

// RouteSpec is one route of the HTTP API and the function that answers it.
type RouteSpec struct {
	Method   string // or ANY
	Path     string // with {name} for one segment and {proxy+}, at the end, for one or more
	Function string // folder under functions/
}

// Key is the route's key as the gateway writes it into events.
func (r RouteSpec) Key() string { return r.Method + " " + r.Path }

// Route finds the route that a gateway takes: the most specific that matches. Routes must be as ParseTemplate sorts them. If
// none matches, the gateway would answer 404 by itself; the merchant API does it in its place, and says more.
func Route(routes []RouteSpec, method, path string) (RouteSpec, bool) {
	for i := range routes {
		if r := &routes[i]; (r.Method == "ANY" || r.Method == method) && r.takes(path) {
			return *r, true
		}
	}
	return RouteSpec{Function: "merchant-api"}, false
}

func (r *RouteSpec) takes(path string) bool {
	for own, more := r.Path, true; more; {
		var segment, asked string
		var also bool
		segment, own, more = strings.Cut(own, "/")
		asked, path, also = strings.Cut(path, "/")
		switch {
		case segment == "{proxy+}":
			return asked != ""
		case strings.HasPrefix(segment, "{") && asked == "":
			return false
		case !strings.HasPrefix(segment, "{") && segment != asked:
			return false
		case more != also: // one has segments left
			return false
		}
	}
	return true
}

// moreSpecific orders as an HTTP API chooses: full matches before {proxy+}, then more literal segments, then a method
// before ANY.
func moreSpecific(a, b RouteSpec) int {
	return cmp.Or(
		cmp.Compare(rank(strings.HasSuffix(a.Path, "{proxy+}")), rank(strings.HasSuffix(b.Path, "{proxy+}"))),
		cmp.Compare(literal(b.Path), literal(a.Path)),
		cmp.Compare(rank(a.Method == "ANY"), rank(b.Method == "ANY")),
		cmp.Compare(a.Key(), b.Key()))
}

func rank(last bool) int {
	if last {
		return 1
	}
	return 0
}

func literal(path string) int { return strings.Count(path, "/") - strings.Count(path, "{") }
