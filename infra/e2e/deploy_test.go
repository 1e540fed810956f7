//go:build e2e

package e2e_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
	"github.com/vuelto/vuelto/pkg/sandbox"
	"github.com/vuelto/vuelto/pkg/sim"
)

// TestDeploy hands template.yaml to ministack's CloudFormation, which transforms it with AWS's own SAM translator, and plays
// a refund on each network to what comes of it: its Lambda runs the functions, its event source mappings feed them.
func TestDeploy(t *testing.T) {
	s := &stack{T: t, programs: t.TempDir(), queues: map[string]*queue{}, functions: map[string]invoker{}}
	s.build(s.programs, "./functions/...", "./infra/enrol")
	s.aws = start(t, whole())
	s.deploy()
	gateway := httptest.NewServer(http.HandlerFunc(s.gateway))
	t.Cleanup(gateway.Close)
	s.url = gateway.URL
	s.town = newTown(t, "efecty", "pagoefectivo")
	s.enrol()
	for _, x := range eachSide() {
		s.part("a refund on "+x.network, func() { s.refund(x) })
	}
}

// TestSandbox deploys the stack with the sandbox beside it, and plays a refund on each network through both: the providers are
// functions, too. What their books say is in the table and not in any of them.
func TestSandbox(t *testing.T) {
	s := &stack{T: t, programs: t.TempDir(), queues: map[string]*queue{}, functions: map[string]invoker{}}
	s.build(s.programs, "./functions/...", "./infra/enrol", "./infra/vuelto")
	s.aws = start(t, whole())
	diaries := s.deploy("Sandbox", "on")
	s.template.Routes = append(s.template.Routes, sim.RouteSpec{Method: "ANY", Path: sandbox.Prefix + "{proxy+}", Function: "sandbox-api"})
	gateway := httptest.NewServer(http.HandlerFunc(s.gateway))
	t.Cleanup(gateway.Close)
	s.url = gateway.URL
	s.enrolPlayed(diaries)
	for _, x := range eachSide() {
		s.part("a refund on "+x.network, func() { s.refund(x) })
		fresh := sandbox.New(sandbox.Ports{Store: dynamostore.Open(s.aws, diaries), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		req := httptest.NewRequest("GET", sandbox.Prefix+"ledger/"+x.network, nil)
		req.Header.Set("Authorization", "Bearer "+s.played)
		w := httptest.NewRecorder()
		fresh.ServeHTTP(w, req)
		if paid := strings.Count(w.Body.String(), `"status":"paid"`); paid != 2 {
			t.Errorf("%s's book is not a payment and a refund: %s", x.network, w.Body)
		}
	}
	s.locked()
	out, err := exec.Command(filepath.Join(s.programs, "vuelto"), "accept", "--url", s.url, "--key", s.key, "--approver", s.second,
		"--sandbox-key", s.played).CombinedOutput()
	if err != nil || strings.Count(string(out), "ok   ") != 11 || strings.Count(string(out), "then ") != 1 {
		t.Errorf("the list of acceptance: %v\n%s", err, out)
	}
}

// locked gives the seal's bucket the Object Lock that the template asks for and ministack's CloudFormation leaves out.
func (s *stack) locked() {
	s.Helper()
	files := s3.NewFromConfig(s.aws.Config(awsenv.S3), func(o *s3.Options) { o.UsePathStyle = true })
	made, err := files.ListBuckets(context.Background(), &s3.ListBucketsInput{})
	if err != nil {
		s.Fatal(err)
	}
	for _, b := range made.Buckets {
		if !strings.Contains(strings.ToLower(*b.Name), "sealbucket") {
			continue
		}
		_, err := files.PutObjectLockConfiguration(context.Background(), &s3.PutObjectLockConfigurationInput{Bucket: b.Name,
			ObjectLockConfiguration: &types.ObjectLockConfiguration{ObjectLockEnabled: types.ObjectLockEnabledEnabled}})
		if err != nil {
			s.Fatal(err)
		}
		return
	}
	s.Fatal("nothing is sealed: has the bucket another name?")
}

// whole is ministack with every service; the functions that it runs find it by AWS_ENDPOINT_URL.
func whole() emulator {
	e := emulators()[0]
	command := e.command
	e.command = func(port string) *exec.Cmd {
		cmd := command(port)
		cmd.Env = append(cmd.Env, "SERVICES=", "AWS_ENDPOINT_URL=http://127.0.0.1:"+port)
		return cmd
	}
	return e
}

// deploy does what `sam package` and `sam deploy` do: code and template go to a bucket, then a stack is made of them, with
// parameters as name and value. It is the table of the sandbox, if there is one.
func (s *stack) deploy(parameters ...string) (diaries string) {
	s.Helper()
	files := s3.NewFromConfig(s.aws.Config(awsenv.S3), func(o *s3.Options) { o.UsePathStyle = true })
	const code = "code"
	if _, err := files.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: aws.String(code)}); err != nil {
		s.Fatal(err)
	}
	put := func(name string, body []byte) {
		in := &s3.PutObjectInput{Bucket: aws.String(code), Key: aws.String(name), Body: bytes.NewReader(body)}
		if _, err := files.PutObject(context.Background(), in); err != nil {
			s.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(repo, "template.yaml"))
	if err != nil {
		s.Fatal(err)
	}
	if s.template, err = sim.ParseTemplate(text); err != nil {
		s.Fatal(err)
	}
	template := string(text)
	if runtime.GOARCH == "amd64" {
		template = strings.Replace(template, "[arm64]", "[x86_64]", 1)
	}
	// ministack knows no alarm over an expression. Each resource ends at an empty line.
	template = regexp.MustCompile(`(?m)^  \w+Alarm:\n(?:    .*\n)+?      Metrics:\n(?:    .*\n)+`).ReplaceAllString(template, "")
	local := regexp.MustCompile(`CodeUri: build/([a-z-]+)/`)
	for _, m := range local.FindAllStringSubmatch(template, -1) {
		put(m[1]+".zip", s.zipped(m[1]))
	}
	put("template.yaml", []byte(local.ReplaceAllString(template, "CodeUri: s3://"+code+"/$1.zip")))
	call := url.Values{"Action": {"CreateStack"}, "StackName": {"vuelto"}, "TemplateURL": {s.aws.Endpoint + "/" + code + "/template.yaml"},
		"Capabilities.member.1": {"CAPABILITY_IAM"}, "Capabilities.member.2": {"CAPABILITY_AUTO_EXPAND"}}
	for i := 0; i < len(parameters); i += 2 {
		call.Set(fmt.Sprintf("Parameters.member.%d.ParameterKey", i/2+1), parameters[i])
		call.Set(fmt.Sprintf("Parameters.member.%d.ParameterValue", i/2+1), parameters[i+1])
	}
	s.formation(call)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		said := s.formation(url.Values{"Action": {"DescribeStacks"}, "StackName": {"vuelto"}})
		if strings.Contains(said, "CREATE_COMPLETE") {
			s.deployed(said, local.FindAllStringSubmatch(template, -1), len(parameters) > 0)
			return regexp.MustCompile(`vuelto-SandboxTable-[0-9A-Za-z]+`).FindString(said)
		}
		if !strings.Contains(said, "CREATE_IN_PROGRESS") || time.Now().After(deadline) {
			s.Fatalf("the stack is not made: %s\n%s", said, s.formation(url.Values{"Action": {"DescribeStackEvents"}, "StackName": {"vuelto"}}))
		}
	}
}

// zipped is a function as Lambda wants it.
func (s *stack) zipped(function string) []byte {
	s.Helper()
	program, err := os.ReadFile(filepath.Join(s.programs, function))
	if err != nil {
		s.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err == nil {
		_, err = w.Write(program)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		s.Fatal(err)
	}
	return out.Bytes()
}

// deployed learns the table's name and which function is which: the folder name is the logical id in other letters.
func (s *stack) deployed(said string, folders [][]string, beside bool) {
	s.Helper()
	m := regexp.MustCompile(`vuelto-Table-[0-9A-Za-z]+`).FindString(said)
	if m == "" {
		s.Fatalf("no table in %s", said)
	}
	s.table = m
	s.env = []string{"AWS_REGION=" + s.aws.Region, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_ENDPOINT_URL=" + s.aws.Endpoint}
	var listed struct {
		Functions []struct{ FunctionName string }
	}
	if err := json.Unmarshal([]byte(s.ask("lambda", http.MethodGet, "/2015-03-31/functions/", nil)), &listed); err != nil {
		s.Fatal(err)
	}
	for _, f := range folders {
		for _, l := range listed.Functions {
			if strings.HasPrefix(strings.ToLower(l.FunctionName), "vuelto-"+strings.ReplaceAll(f[1], "-", "")+"-") {
				s.functions[f[1]] = remote{s, l.FunctionName}
			}
		}
		if played := strings.HasPrefix(f[1], "sandbox-"); (s.functions[f[1]] != nil) != (beside || !played) {
			s.Fatalf("%s: asked for %t, made are %v", f[1], beside, listed.Functions)
		}
	}
}

// formation is one call of CloudFormation, for which the SDK's client is not worth its size.
func (s *stack) formation(call url.Values) string {
	s.Helper()
	call.Set("Version", "2010-05-15")
	return s.ask("cloudformation", http.MethodPost, "/", strings.NewReader(call.Encode()))
}

func (s *stack) ask(service, method, path string, body io.Reader) string {
	s.Helper()
	answer, err := s.request(context.Background(), service, method, path, body)
	if err != nil {
		s.Fatal(err)
	}
	return string(answer)
}

// request names the service as a signature would; emulators do not check more.
func (s *stack) request(ctx context.Context, service, method, path string, body io.Reader) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.aws.Endpoint+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+s.aws.Region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", service, res.StatusCode, answer)
	}
	return answer, err
}

// remote is a function that the emulator runs.
type remote struct {
	*stack
	name string
}

// Invoke implements invoker.
func (r remote) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	return r.request(ctx, "lambda", http.MethodPost, "/2015-03-31/functions/"+r.name+"/invocations", bytes.NewReader(event))
}
