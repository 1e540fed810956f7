package story_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vuelto/vuelto/infra/openapi"
)

// description holds every answer of every story against openapi.json: an answer that is not described, by its status, its
// type or one of its fields, fails the story that got it.
type description struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema // by pointer
	routes   *http.ServeMux                // pattern: METHOD /path, as described
	paths    map[string]map[string]operation
	shared   map[string]json.RawMessage // components/responses
}

// operation is what the stories read of one.
type operation struct {
	Security    *[]any // empty: open to all
	RequestBody struct {
		Content map[string]struct{ Example json.RawMessage }
	}
	Responses map[string]json.RawMessage
}

var described = sync.OnceValue(func() *description {
	var d struct {
		Paths      map[string]map[string]operation
		Components struct{ Responses map[string]json.RawMessage }
	}
	if err := json.Unmarshal(openapi.Document(), &d); err != nil {
		panic(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(openapi.Document()))
	if err != nil {
		panic(err)
	}
	x := &description{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}, routes: http.NewServeMux(),
		paths: d.Paths, shared: d.Components.Responses}
	if err := x.compiler.AddResource("urn:openapi", parsed); err != nil {
		panic(err)
	}
	for path, methods := range d.Paths {
		for method := range methods {
			x.routes.HandleFunc(strings.ToUpper(method)+" "+path, func(http.ResponseWriter, *http.Request) {})
		}
	}
	return x
})

// fault says what about an answer is not described; empty if nothing. What no operation describes is let pass: stories ask
// for paths that are none, too.
func (d *description) fault(req *http.Request, r reply) string {
	_, pattern := d.routes.Handler(req)
	method, path, ok := strings.Cut(pattern, " ")
	if !ok || req.URL.Path != "" && strings.HasPrefix(req.URL.Path, "/_sandbox/") {
		return ""
	}
	status := fmt.Sprint(r.status)
	raw, ok := d.paths[path][strings.ToLower(method)].Responses[status]
	if !ok {
		return fmt.Sprintf("%s answers %s, which openapi.json does not describe: %s", pattern, status, r.body)
	}
	at := strings.Join([]string{"paths", escape(path), strings.ToLower(method), "responses", status}, "/")
	var ref struct {
		Ref string `json:"$ref"`
	}
	if err := json.Unmarshal(raw, &ref); err == nil && ref.Ref != "" {
		name := strings.TrimPrefix(ref.Ref, "#/components/responses/")
		raw, at = d.shared[name], "components/responses/"+name
	}
	var response struct{ Content map[string]json.RawMessage }
	if err := json.Unmarshal(raw, &response); err != nil {
		return err.Error()
	}
	kind, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	if _, any := response.Content["*/*"]; any {
		return ""
	}
	if _, ok := response.Content[kind]; !ok {
		return fmt.Sprintf("%s %s comes as %q, which openapi.json does not describe", pattern, status, kind)
	}
	if !strings.HasSuffix(kind, "json") {
		return ""
	}
	body, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.body))
	if err == nil {
		err = d.schema(at + "/content/" + escape(kind) + "/schema").Validate(body)
	}
	if err != nil {
		return fmt.Sprintf("%s %s is not as openapi.json describes it: %v\n%s", pattern, status, err, r.body)
	}
	return ""
}

func (d *description) schema(at string) *jsonschema.Schema {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.schemas[at]
	if !ok {
		s = d.compiler.MustCompile("urn:openapi#/" + at)
		d.schemas[at] = s
	}
	return s
}

// escape makes a key of the document a part of a pointer within a URL.
func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(key)
}
