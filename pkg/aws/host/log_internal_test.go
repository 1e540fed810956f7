package host

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

func TestLinesNameFunctionAndInvocation(t *testing.T) {
	var out bytes.Buffer
	log := newLogger(&out, slog.LevelInfo, "merchant-api").With("part", "store")
	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "inv-1"})
	log.WarnContext(ctx, "webhook not kept")
	var line map[string]string
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"function": "merchant-api", "invocation": "inv-1", "part": "store"} {
		if line[k] != v {
			t.Errorf("%s is %q, want %q", k, line[k], v)
		}
	}
}
