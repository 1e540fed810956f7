// Package awsenv makes the SDK's configuration from what Lambda puts into the environment, without files, profiles or
// the metadata service: config.LoadDefaultConfig looks for all of them at every cold start.
package awsenv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/vuelto/vuelto/pkg/identity"
)

// Service is how the SDK's endpoint variables spell a service.
type Service string

// The services we talk to.
const (
	DynamoDB Service = "DYNAMODB"
	SQS      Service = "SQS"
	S3       Service = "S3"
	SES      Service = "SESV2"
	SNS      Service = "SNS"
)

func services() []Service { return []Service{DynamoDB, SQS, S3, SES, SNS} }

// Time-outs of one try. A call that hangs must end while its function still has time for another.
const (
	dialTimeout   = 2 * time.Second
	headerTimeout = 5 * time.Second // from the request's last byte to the answer's first
)

// defaultAttempts is how often a call is sent in all, where AWS_MAX_ATTEMPTS says nothing.
const defaultAttempts = 3

// Env is what the environment says about AWS.
type Env struct {
	Region      string             // AWS_REGION
	AccessKeyID string             // AWS_ACCESS_KEY_ID
	SecretKey   identity.Sensitive // AWS_SECRET_ACCESS_KEY
	Token       identity.Sensitive // AWS_SESSION_TOKEN; empty for long-lived keys
	Endpoint    string             // AWS_ENDPOINT_URL; empty = AWS itself
	Endpoints   map[Service]string // AWS_ENDPOINT_URL_<SERVICE>, stronger than Endpoint
	RetryMode   aws.RetryMode      // AWS_RETRY_MODE; standard by default
	MaxAttempts int                // AWS_MAX_ATTEMPTS; 3 by default
}

// Read reads the environment through lookup (os.LookupEnv). The error names every variable that is missing or makes no
// sense, not just the first.
func Read(lookup func(string) (string, bool)) (Env, error) {
	r := reader{lookup: lookup}
	e := Env{
		Region:      r.required("AWS_REGION"),
		AccessKeyID: r.required("AWS_ACCESS_KEY_ID"),
		SecretKey:   identity.Sensitive(r.required("AWS_SECRET_ACCESS_KEY")),
		Token:       identity.Sensitive(r.optional("AWS_SESSION_TOKEN")),
		Endpoint:    r.endpoint("AWS_ENDPOINT_URL"),
		Endpoints:   map[Service]string{},
		RetryMode:   r.mode("AWS_RETRY_MODE"),
		MaxAttempts: r.attempts("AWS_MAX_ATTEMPTS"),
	}
	for _, s := range services() {
		if at := r.endpoint("AWS_ENDPOINT_URL_" + string(s)); at != "" {
			e.Endpoints[s] = at
		}
	}
	return e, errors.Join(r.faults...)
}

// Local says whether calls to the service go elsewhere than to AWS.
func (e Env) Local(s Service) bool { return e.endpoint(s) != "" }

func (e Env) endpoint(s Service) string {
	if at := e.Endpoints[s]; at != "" {
		return at
	}
	return e.Endpoint
}

// Config is what the service's NewFromConfig wants. The credentials are those of the environment: Lambda starts a new
// process before they run out.
func (e Env) Config(s Service) aws.Config {
	credentials := aws.Credentials{
		AccessKeyID: e.AccessKeyID, SecretAccessKey: e.SecretKey.Reveal(), SessionToken: e.Token.Reveal(), Source: "environment",
	}
	c := aws.Config{
		Region: e.Region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return credentials, nil
		}),
		HTTPClient: awshttp.NewBuildableClient().
			WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
			WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = headerTimeout }),
		RetryMode:        e.RetryMode,
		RetryMaxAttempts: e.MaxAttempts,
	}
	if at := e.endpoint(s); at != "" {
		c.BaseEndpoint = aws.String(at)
	}
	return c
}

// reader collects faults while it reads.
type reader struct {
	lookup func(string) (string, bool)
	faults []error
}

func (r *reader) fault(name, format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("awsenv: %s: "+format, append([]any{name}, args...)...))
}

func (r *reader) optional(name string) string {
	v, _ := r.lookup(name)
	return v
}

func (r *reader) required(name string) string {
	v := r.optional(name)
	if v == "" {
		r.fault(name, "is not set")
	}
	return v
}

func (r *reader) endpoint(name string) string {
	v := r.optional(name)
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		r.fault(name, "%q is no http(s) address", v)
	}
	return v
}

func (r *reader) mode(name string) aws.RetryMode {
	v := r.optional(name)
	if v == "" {
		return aws.RetryModeStandard
	}
	mode, err := aws.ParseRetryMode(v)
	if err != nil {
		r.fault(name, "%q is neither standard nor adaptive", v)
	}
	return mode
}

func (r *reader) attempts(name string) int {
	v := r.optional(name)
	if v == "" {
		return defaultAttempts
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 10 {
		r.fault(name, "%q is no number from 1 to 10", v)
	}
	return n
}
