package apigw_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vuelto/vuelto/pkg/aws/apigw"
)

var update = flag.Bool("update", false, "write the golden files")

// show answers with everything a handler can know of its request.
func show(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(w, "%s %s %s\nhost %s\nremote %s\npath %q query %q uri %q\nlength %d\n", r.Method, r.URL, r.Proto, r.Host,
		r.RemoteAddr, r.URL.Path, r.URL.RawQuery, r.RequestURI, r.ContentLength)
	var names []string
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(w, "%s: %q\n", name, r.Header[name])
	}
	for _, c := range r.Cookies() {
		fmt.Fprintf(w, "cookie %s=%s\n", c.Name, c.Value)
	}
	fmt.Fprintf(w, "body %q\n", body)
}

// TestRequests compares what a handler sees of each event in testdata with the file beside it.
func TestRequests(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var event events.APIGatewayV2HTTPRequest
			if err := json.Unmarshal(b, &event); err != nil {
				t.Fatal(err)
			}
			got, err := apigw.Wrap(http.HandlerFunc(show))(context.Background(), event)
			if err != nil {
				t.Fatal(err)
			}
			seen := fmt.Sprintf("status %d\n%s", got.StatusCode, got.Body)
			golden := strings.TrimSuffix(name, ".json") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(seen), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), seen); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func event(method, path string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{RawPath: path}
	e.RequestContext.HTTP.Method = method
	return e
}

func TestResponses(t *testing.T) {
	for name, c := range map[string]struct {
		handler func(http.ResponseWriter)
		want    events.APIGatewayV2HTTPResponse
	}{
		"nothing": {func(http.ResponseWriter) {}, events.APIGatewayV2HTTPResponse{StatusCode: 200}},
		"text": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(201)
			_, _ = io.WriteString(w, `{"nombre":`)
			_, _ = io.WriteString(w, `"Peña 🧾"}`)
		}, events.APIGatewayV2HTTPResponse{
			StatusCode: 201, Headers: map[string]string{"Content-Type": "application/json"}, Body: `{"nombre":"Peña 🧾"}`,
		}},
		"bytes": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/zip")
			_, _ = w.Write([]byte{'P', 'K', 0xff, 0xfe, 0})
		}, events.APIGatewayV2HTTPResponse{
			StatusCode: 200, Headers: map[string]string{"Content-Type": "application/zip"}, Body: "UEv//gA=", IsBase64Encoded: true,
		}},
		"guessed type": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>") }, events.APIGatewayV2HTTPResponse{
			StatusCode: 200, Headers: map[string]string{"Content-Type": "text/html; charset=utf-8"}, Body: "<html>",
		}},
		"repeated headers and cookies": {func(w http.ResponseWriter) {
			w.Header().Add("Vary", "Accept")
			w.Header().Add("Vary", "Origin")
			w.Header().Add("Set-Cookie", "a=1; Expires=Mon, 23 Nov 2026 00:00:00 GMT")
			w.Header().Add("Set-Cookie", "b=2")
			w.WriteHeader(204)
		}, events.APIGatewayV2HTTPResponse{
			StatusCode: 204, Headers: map[string]string{"Vary": "Accept,Origin"},
			Cookies: []string{"a=1; Expires=Mon, 23 Nov 2026 00:00:00 GMT", "b=2"},
		}},
		"first status wins, later headers are lost": {func(w http.ResponseWriter) {
			w.WriteHeader(102)
			w.WriteHeader(409)
			w.WriteHeader(200)
			w.Header().Set("Late", "1")
		}, events.APIGatewayV2HTTPResponse{StatusCode: 409}},
		"no body where none is allowed": {func(w http.ResponseWriter) {
			w.WriteHeader(304)
			if _, err := io.WriteString(w, "x"); err != http.ErrBodyNotAllowed {
				w.Header().Set("Error", fmt.Sprint(err))
			}
		}, events.APIGatewayV2HTTPResponse{StatusCode: 304}},
	} {
		t.Run(name, func(t *testing.T) {
			handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.handler(w) })
			got, err := apigw.Wrap(handler)(context.Background(), event("GET", "/"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnreadableEvents(t *testing.T) {
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was called") })
	broken := event("POST", "/")
	broken.Body, broken.IsBase64Encoded = "%%%", true
	for name, e := range map[string]events.APIGatewayV2HTTPRequest{
		"base64": broken, "method": event("A B", "/"), "path": event("GET", "x"),
	} {
		got, err := apigw.Wrap(handler)(context.Background(), e)
		if err != nil || got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d, %v", name, got.StatusCode, err)
		}
	}
}

func TestContextReachesTheHandler(t *testing.T) {
	type key struct{}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Context().Value(key{})) })
	got, err := apigw.Wrap(handler)(context.WithValue(context.Background(), key{}, "here"), event("GET", "/"))
	if err != nil || got.Body != "here" {
		t.Errorf("%q, %v", got.Body, err)
	}
}
