package dynamostore_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestThrottledReadsAreTriedOnce: waiting for a busy table is the business of whoever knows the deadline; a fault of the
// server is repeated at once.
func TestThrottledReadsAreTriedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		said   string
		want   error
		calls  int
	}{
		"throttled": {400, `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}`, store.ErrBusy, 1},
		"fault":     {500, `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}`, nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.said)
			}))
			defer server.Close()
			values := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
				"AWS_ENDPOINT_URL": server.URL, "AWS_MAX_ATTEMPTS": "2"}
			env, err := awsenv.Read(func(name string) (string, bool) { v, ok := values[name]; return v, ok })
			if err != nil {
				t.Fatal(err)
			}
			_, err = dynamostore.Open(env, "t").Get(context.Background(), store.Key{PK: "a", SK: "b"})
			if err == nil || c.want != nil && !errors.Is(err, c.want) || calls != c.calls {
				t.Errorf("%d calls, %v; want %d, %v", calls, err, c.calls, c.want)
			}
		})
	}
}
