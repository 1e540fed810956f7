package dynamostore_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
			_, err := opened(t, server.URL).Get(context.Background(), store.Key{PK: "a", SK: "b"})
			if err == nil || c.want != nil && !errors.Is(err, c.want) || calls != c.calls {
				t.Errorf("%d calls, %v; want %d, %v", calls, err, c.calls, c.want)
			}
		})
	}
}

func opened(t *testing.T, url string) *dynamostore.Store {
	t.Helper()
	values := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "2"}
	env, err := awsenv.Read(func(name string) (string, bool) { v, ok := values[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	return dynamostore.Open(env, "t")
}

// TestAnswersHaveTheTablesInstant: whatever the answer, its Date is held against our clock. The client itself only corrects its
// signatures by it: the last case is what AWS says to a signature of an hour ago, which the client then repeats with a right one.
func TestAnswersHaveTheTablesInstant(t *testing.T) {
	key := store.Key{PK: "a", SK: "b"}
	for name, c := range map[string]struct {
		date    string
		answers []string
		call    func(store.Store) error
		wrong   bool
	}{
		"a read in time":           {time.Now().UTC().Format(http.TimeFormat), []string{`{}`}, get(key), false},
		"a read":                   {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), []string{`{}`}, get(key), true},
		"a query":                  {time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), []string{`{"Items":[]}`}, query, true},
		"a commit":                 {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), []string{`{}`}, put(key), true},
		"a commit in time":         {time.Now().UTC().Format(http.TimeFormat), []string{`{}`}, put(key), false},
		"a commit of two":          {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), []string{`{}`}, put(key, store.Key{PK: "a", SK: "c"}), true},
		"a commit that is refused": {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), []string{`{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}`}, put(key), true},
		"no instant":               {"", []string{`{}`}, get(key), false},
		"an unreadable instant":    {"yesterday", []string{`{}`}, get(key), false},
		"a signature of an hour ago": {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat),
			[]string{`{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"Signature expired"}`, `{}`}, get(key), true},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Date"] = nil
				if c.date != "" {
					w.Header().Set("Date", c.date)
				}
				said := c.answers[min(calls, len(c.answers)-1)]
				if calls++; strings.Contains(said, "__type") {
					w.WriteHeader(http.StatusBadRequest)
				}
				_, _ = io.WriteString(w, said)
			}))
			defer server.Close()
			err := c.call(&store.Timely{Store: opened(t, server.URL), Now: time.Now, Within: 5 * time.Minute, Log: slog.New(slog.DiscardHandler)})
			if wrong := (*store.ClockError)(nil); errors.As(err, &wrong) != c.wrong || calls != len(c.answers) {
				t.Errorf("%d calls, %v", calls, err)
			}
		})
	}
}

func get(key store.Key) func(store.Store) error {
	return func(s store.Store) error { _, err := s.Get(context.Background(), key); return err }
}

func query(s store.Store) error {
	_, err := s.Query(context.Background(), store.Query{PK: "a"})
	return err
}

func put(keys ...store.Key) func(store.Store) error {
	var writes []store.Write
	for _, k := range keys {
		writes = append(writes, store.Put{Record: store.Record{Key: k}})
	}
	return func(s store.Store) error { return s.Commit(context.Background(), writes...) }
}
