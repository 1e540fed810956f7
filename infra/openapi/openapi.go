// Package openapi carries the description of the merchant API, OpenAPI 3.1, kept by hand. GET /openapi.json answers it.
// Tests hold it against the routes and the error codes, and every answer of every story against its schemas.
package openapi

import _ "embed"

//go:embed openapi.json
var document []byte

// Document is the description as JSON. Nobody may change it.
func Document() []byte { return document }
