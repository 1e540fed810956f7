package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vuelto/vuelto/pkg/calendar"
)

func acceptCommand() *cobra.Command {
	a := &acceptance{client: &http.Client{Timeout: 30 * time.Second}}
	cmd := &cobra.Command{
		Use:   "accept",
		Short: "Go through the list of acceptance against a stack with a sandbox",
		Long: `Does what a merchant's people would do before they rely on a stack: collects, refunds, tries to refund too much and twice, loses an
answer, asks for a second person, prints a receipt, closes a day. The sandbox plays the buyer and the provider; its clock is moved on,
where it can be: beside a deployed stack it is the real one, and what settles on another day is named to be looked at then.

Exit status: 0 all of it went well, 1 some did not (each says what came instead), 2 the stack cannot be asked or has no sandbox.`,
		Example: "  vuelto accept --url http://127.0.0.1:8080\n  vuelto accept --url https://… --key sk_test_… --approver sk_test_… --sandbox-key sandbox_…",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	cmd.Flags().StringVar(&a.url, "url", "http://127.0.0.1:8080", "base address of the stack")
	cmd.Flags().StringVar(&a.key, "key", "sk_test_demo", "key of who asks")
	cmd.Flags().StringVar(&a.second, "approver", "sk_test_demo_approver", "key of another person, who may approve")
	cmd.Flags().StringVar(&a.sandbox, "sandbox-key", "", "key of the sandbox, where it has one of its own")
	return cmd
}

// acceptance is one run of the list: what one step makes the next ones use.
type acceptance struct {
	client           *http.Client
	url, key, second string
	sandbox          string // key of the sandbox; empty = key
	real             bool   // the clock, which nobody moves
	serial           int
	mark             string // of this run: references are used once
	day              string // on which it began, in Lima
	payment, refund  string
}

// step is one line of the list.
type step struct {
	says string
	do   func(context.Context) error
}

func (a *acceptance) run(ctx context.Context, out io.Writer) error {
	clock, err := a.call(ctx, 200, "GET", "/_sandbox/clock", "", nil)
	if err == nil {
		a.real = clock["moves"] == false
		a.day, err = localDay(fmt.Sprint(clock["now"]))
	}
	if err != nil {
		return fmt.Errorf("%s has no sandbox that answers: %w", a.url, err)
	}
	a.mark = fmt.Sprintf("accept-%x", time.Now().UnixMilli())
	failed := 0
	for _, s := range a.list() {
		mark := "ok  "
		err := s.do(ctx)
		switch {
		case errors.As(err, new(later)):
			mark = "then"
		case err != nil:
			mark, failed = "FAIL", failed+1
		}
		if _, err := fmt.Fprintln(out, mark, s.says); err != nil {
			return err
		}
		if err != nil {
			if _, err := fmt.Fprintln(out, "     ", err); err != nil {
				return err
			}
		}
	}
	if failed > 0 {
		return &exitError{1, fmt.Errorf("%d of %d did not go well", failed, len(a.list()))}
	}
	return nil
}

// call makes a request and reads its JSON; anything but the status is an error that shows what came.
func (a *acceptance) call(ctx context.Context, status int, method, path, key string, body any) (map[string]any, error) {
	raw, err := a.raw(ctx, status, method, path, key, body)
	if err != nil {
		return nil, err
	}
	var d map[string]any
	return d, json.Unmarshal(raw, &d)
}

func (a *acceptance) raw(ctx context.Context, status int, method, path, key string, body any) ([]byte, error) {
	var encoded []byte
	if body != nil {
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(encoded))
	if err != nil {
		return nil, err
	}
	a.serial++
	req.Header.Set("Idempotency-Key", fmt.Sprintf("%s-%d", a.mark, a.serial))
	if same, ok := strings.CutPrefix(key, "again "); ok {
		key = a.key
		req.Header.Set("Idempotency-Key", a.mark+"-"+same)
	}
	if a.sandbox != "" && strings.HasPrefix(path, "/_sandbox/") {
		key = a.sandbox
	}
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := a.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err == nil && resp.StatusCode != status {
		err = fmt.Errorf("%s %s: %d and not %d: %.300s", method, path, resp.StatusCode, status, bytes.TrimSpace(raw))
	}
	return raw, err
}

// until reads something until a field is as it should be, ten seconds at most.
func (a *acceptance) until(ctx context.Context, path, field string, want ...any) error {
	var d map[string]any
	for range 50 {
		var err error
		if d, err = a.call(ctx, 200, "GET", path, a.key, nil); err != nil {
			return err
		}
		for _, w := range want {
			if fmt.Sprint(d[field]) == fmt.Sprint(w) {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s of %s is %v and not %v", field, path, d[field], want)
}

// later is what a step cannot see today.
type later string

func (l later) Error() string { return string(l) }

var errMissing = errors.New("is missing in the answer")

// localDay is the day of an instant in Lima.
func localDay(instant string) (string, error) {
	at, err := time.Parse(time.RFC3339Nano, instant)
	if err != nil {
		return "", err
	}
	return calendar.On(at, calendar.Peru().Zone()).String(), nil
}
