package awsenv_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
)

func lookup(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

func lambda() map[string]string {
	return map[string]string{
		"AWS_REGION": "sa-east-1", "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret-key",
		"AWS_SESSION_TOKEN": "very-secret-token",
	}
}

func TestConfigFromEnvironment(t *testing.T) {
	env, err := awsenv.Read(lookup(lambda()))
	if err != nil {
		t.Fatal(err)
	}
	c := env.Config(awsenv.DynamoDB)
	credentials, err := c.Credentials.Retrieve(context.Background())
	if err != nil || credentials.SecretAccessKey != "very-secret-key" || credentials.SessionToken != "very-secret-token" {
		t.Errorf("credentials %v, %v", credentials.Source, err)
	}
	if c.Region != "sa-east-1" || c.RetryMode != aws.RetryModeStandard || c.RetryMaxAttempts != 3 || c.BaseEndpoint != nil {
		t.Errorf("config %+v", c)
	}
	if shown := fmt.Sprintf("%v %+v %#v", env, env, env); strings.Contains(shown, "very-secret") {
		t.Errorf("printing shows a secret: %s", shown)
	}
}

func TestEndpoints(t *testing.T) {
	vars := lambda()
	vars["AWS_ENDPOINT_URL"] = "http://127.0.0.1:4566"
	vars["AWS_ENDPOINT_URL_SQS"] = "http://127.0.0.1:9324"
	env, err := awsenv.Read(lookup(vars))
	if err != nil {
		t.Fatal(err)
	}
	for service, want := range map[awsenv.Service]string{
		awsenv.DynamoDB: "http://127.0.0.1:4566", awsenv.SQS: "http://127.0.0.1:9324", awsenv.S3: "http://127.0.0.1:4566",
	} {
		if got := env.Config(service).BaseEndpoint; aws.ToString(got) != want || !env.Local(service) {
			t.Errorf("%s: %q, want %q", service, aws.ToString(got), want)
		}
	}
}

func TestEveryFaultAtOnce(t *testing.T) {
	_, err := awsenv.Read(lookup(map[string]string{
		"AWS_ACCESS_KEY_ID": "A", "AWS_RETRY_MODE": "often", "AWS_MAX_ATTEMPTS": "0", "AWS_ENDPOINT_URL_S3": "localhost:9000",
		"AWS_ENDPOINT_URL": "ftp://x",
	}))
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range []string{
		"AWS_REGION:", "AWS_SECRET_ACCESS_KEY:", "AWS_RETRY_MODE:", "AWS_MAX_ATTEMPTS:", "AWS_ENDPOINT_URL_S3:", "AWS_ENDPOINT_URL:",
	} {
		if strings.Count(err.Error(), name) != 1 {
			t.Errorf("%s is not named once in:\n%v", name, err)
		}
	}
	if strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("faults:\n%v", err)
	}
}
