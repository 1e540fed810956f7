package openapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vuelto/vuelto/infra/openapi"
	"github.com/vuelto/vuelto/pkg/api"
	"github.com/vuelto/vuelto/pkg/catalogue"
	"github.com/vuelto/vuelto/pkg/counter"
)

// operation is what the tests read of one.
type operation struct {
	OperationID string `json:"operationId"`
	Security    *[]any
	RequestBody struct {
		Content map[string]struct {
			Example any
		}
	}
}

type document struct {
	OpenAPI    string
	Paths      map[string]map[string]operation
	Components struct {
		Schemas map[string]struct{ Enum []string }
	}
}

func read(t *testing.T) document {
	t.Helper()
	var d document
	if err := json.Unmarshal(openapi.Document(), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// keyless are the routes that no merchant's key guards.
var keyless = []string{"GET /healthz", "GET /openapi.json", "GET /docs/{kind}/{code}", "GET /icons/{file}", "GET /claim/{token}", "POST /claim/{token}", "POST /webhooks/{provider}/{account}"}

func TestEveryRouteIsDescribedAndEveryDescriptionIsARoute(t *testing.T) {
	d := read(t)
	money, batches, finance, uploads := (&api.Server{}).Patterns()
	patterns := slices.Concat(money, batches, finance, uploads, counter.Patterns(), keyless)
	mux, met, seen := http.NewServeMux(), map[string]bool{}, map[string]bool{}
	for _, p := range patterns {
		mux.HandleFunc(p, func(http.ResponseWriter, *http.Request) {})
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			name := strings.ToUpper(method) + " " + path
			_, pattern := mux.Handler(httptest.NewRequest(strings.ToUpper(method), strings.NewReplacer("{", "", "}", "").Replace(path), nil))
			if pattern == "" {
				t.Errorf("%s is described, and no route", name)
			}
			met[pattern] = true
			if op.OperationID == "" || seen[op.OperationID] {
				t.Errorf("%s: operationId %q", name, op.OperationID)
			}
			seen[op.OperationID] = true
			if public := op.Security != nil && len(*op.Security) == 0; public != slices.Contains(keyless, name) {
				t.Errorf("%s: says it is open to all: %v", name, public)
			}
		}
	}
	for _, p := range patterns {
		if !met[p] {
			t.Errorf("%s is a route, and openapi.json does not describe it", p)
		}
	}
}

func TestEveryErrorCodeIsDescribed(t *testing.T) {
	got := read(t).Components.Schemas["ErrorCode"].Enum
	if want := catalogue.Codes(catalogue.Errors); !slices.Equal(got, want) {
		t.Errorf("ErrorCode lists %v, the catalogue %v", got, want)
	}
}

// TestExamples fit their schemas, and every schema is one.
func TestExamples(t *testing.T) {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(openapi.Document()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("urn:openapi", parsed); err != nil {
		t.Fatal(err)
	}
	d, examples := read(t), 0
	for name := range d.Components.Schemas {
		if _, err := c.Compile("urn:openapi#/components/schemas/" + name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			for kind, content := range op.RequestBody.Content {
				if content.Example == nil {
					continue
				}
				examples++
				at := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path)
				s, err := c.Compile(fmt.Sprintf("urn:openapi#/paths/%s/%s/requestBody/content/%s/schema", at, method, strings.ReplaceAll(kind, "/", "~1")))
				if err != nil {
					t.Fatal(err)
				}
				encoded, _ := json.Marshal(content.Example)
				example, _ := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
				if err := s.Validate(example); err != nil {
					t.Errorf("%s %s: %v", method, path, err)
				}
			}
		}
	}
	if examples < 4 {
		t.Errorf("only %d examples", examples)
	}
}
