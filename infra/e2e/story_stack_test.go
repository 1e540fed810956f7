//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/vuelto/vuelto/infra/runtimeapi"
	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/sim"
)

const (
	repo   = "../.."
	bucket = "vuelto-files"
)

// stack is what template.yaml describes: the built functions behind Lambda's Runtime API, a gateway before them, and the
// emulator's table, bucket and queues.
type stack struct {
	*testing.T
	town     *town
	template sim.Template
	aws      awsenv.Env
	ahead    time.Duration // of the clocks of the functions that are started from now on
	programs string        // folder of the built functions
	env      []string      // of every function
	url      string        // of the gateway
	key      string        // of the merchant's system
	second   string        // key of somebody who may approve
	played   string        // key of the sandbox beside the stack, which then plays the providers in place of the town
	table    string
	queues   map[string]*queue
	throttle *throttle // before the table
	log      lines

	mu        sync.Mutex
	functions map[string]invoker
}

// invoker calls one function: through the Runtime API, or through an emulator's Lambda.
type invoker interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// lines collects what processes print.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

// instances of each function: several answer the crowd at the same time.
func instances(function string) int {
	if function == "merchant-api" {
		return 4
	}
	return 2
}

func newStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{T: t, table: table, programs: t.TempDir(), queues: map[string]*queue{}, functions: map[string]invoker{}}
	var err error
	if s.template, err = sim.ReadTemplate(filepath.Join(repo, "template.yaml")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the functions said:\n%s", s.log.all.Bytes())
		}
	})
	s.build(s.programs, "./functions/...", "./infra/enrol")
	s.aws = start(t, emulators()[0])
	s.resources()
	s.town = newTown(t, "efecty", "pagoefectivo")
	s.open()
	s.enrol()
	for _, q := range s.queues {
		q.start()
	}
	return s
}

// build makes programs for this machine with the flags of `make build`.
func (s *stack) build(to string, args ...string) {
	s.Helper()
	flags := []string{"build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", to + "/"}
	cmd := exec.Command("go", append(flags, args...)...)
	cmd.Dir, cmd.Env = repo, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		s.Fatalf("go build: %v\n%s", err, out)
	}
}

// resources makes the table, the bucket and the queues with their dead letters, and the environment that names them.
func (s *stack) resources() {
	s.Helper()
	ctx := context.Background()
	if _, err := dynamodb.NewFromConfig(s.aws.Config(awsenv.DynamoDB)).CreateTable(ctx, dynamostore.Table(table)); err != nil {
		s.Fatal(err)
	}
	files := s3.NewFromConfig(s.aws.Config(awsenv.S3), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := files.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(bucket)}); err != nil {
		s.Fatal(err)
	}
	s.env = []string{"AWS_REGION=" + s.aws.Region, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_ENDPOINT_URL=" + s.aws.Endpoint, "VUELTO_MODE=test", "VUELTO_TABLE=" + table, "VUELTO_BUCKET=" + bucket, "VUELTO_SETTLEMENT_BUCKET=" + bucket,
		"VUELTO_LOG=warn", "VUELTO_MAIL_FROM=off", "VUELTO_MAIL_SET=notices", "VUELTO_SMS=off", "VUELTO_SITE=https://vuelto.example"}
	s.throttle = s.newThrottle(s.aws.Endpoint)
	client := sqs.NewFromConfig(s.aws.Config(awsenv.SQS))
	for _, spec := range s.template.Queues {
		s.queues[spec.Name] = newQueue(s, client, spec)
	}
	for kind, name := range s.template.Kinds {
		s.env = append(s.env, config.QueueVariable(kind)+"="+s.queues[name].url)
	}
}

// open starts every function, and the gateway.
func (s *stack) open() {
	s.Helper()
	mains, err := filepath.Glob(filepath.Join(repo, "functions", "*", "main.go"))
	if err != nil || len(mains) == 0 {
		s.Fatalf("no functions: %v", err)
	}
	for _, m := range mains {
		name := filepath.Base(filepath.Dir(m))
		if strings.HasPrefix(name, "sandbox-") {
			continue // here the town plays the providers
		}
		s.run(name, filepath.Join(s.programs, name))
	}
	gateway := httptest.NewServer(http.HandlerFunc(s.gateway))
	s.Cleanup(gateway.Close)
	s.url = gateway.URL
}

// run starts instances of a function; from now on they get its events.
func (s *stack) run(name, program string) {
	s.Helper()
	api, err := runtimeapi.Listen()
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(api.Close)
	ahead, most := s.ahead, 15*time.Minute
	if slices.ContainsFunc(s.template.Routes, func(r sim.RouteSpec) bool { return r.Function == name }) {
		most = 28 * time.Second // who waits at a gateway is answered in time
	}
	api.Until = func() time.Time { return time.Now().Add(ahead + most) } // by the function's own clock
	for range instances(name) {
		cmd := exec.Command(program)
		cmd.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=" + api.Address(), "AWS_LAMBDA_FUNCTION_NAME=" + name}, s.env...)
		cmd.Stdout, cmd.Stderr = &s.log, &s.log
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			s.Fatal(err)
		}
		s.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
	s.mu.Lock()
	s.functions[name] = api
	s.mu.Unlock()
}

func (s *stack) invoke(function string, event any, into any) error {
	s.mu.Lock()
	api := s.functions[function]
	s.mu.Unlock()
	text, err := json.Marshal(event)
	if err != nil {
		return err
	}
	answer, err := api.Invoke(context.Background(), text)
	if err != nil {
		return fmt.Errorf("%s: %w", function, err)
	}
	return json.Unmarshal(answer, into)
}

// gateway does what an HTTP API does: a request becomes an event, and the answer a reply. Its routes are the template's.
func (s *stack) gateway(w http.ResponseWriter, r *http.Request) {
	through, ok := sim.Route(s.template.Routes, r.Method, r.URL.Path)
	if !ok {
		http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
		return
	}
	function, route := through.Function, through.Key()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: route, RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{"host": r.Host}, Body: string(body)}
	for name, values := range r.Header {
		event.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	event.RequestContext.Stage, event.RequestContext.RouteKey = "$default", route
	event.RequestContext.TimeEpoch = time.Now().UnixMilli()
	event.RequestContext.HTTP.Method, event.RequestContext.HTTP.Path = r.Method, r.URL.Path
	event.RequestContext.HTTP.SourceIP = "127.0.0.1"
	var answer events.APIGatewayV2HTTPResponse
	if err := s.invoke(function, event, &answer); err != nil {
		s.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		http.Error(w, `{"message":"Internal Server Error"}`, http.StatusInternalServerError)
		return
	}
	for name, value := range answer.Headers {
		w.Header().Set(name, value)
	}
	said := []byte(answer.Body)
	if answer.IsBase64Encoded {
		if said, err = base64.StdEncoding.DecodeString(answer.Body); err != nil {
			s.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(said)
}
