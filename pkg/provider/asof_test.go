package provider_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

// answering is an adapter of a provider whose answers have a Date of its own.
type answering struct {
	fake
	date string
}

func (a *answering) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Date": {a.date}}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

func (a *answering) call(ctx context.Context) (disbursement.Observation, error) {
	if _, err := provider.Exchange(ctx, a, provider.Call{Method: http.MethodGet, URL: "https://fake.example"}); err != nil {
		return disbursement.Observation{}, err
	}
	return a.said, nil
}

func (a *answering) Refund(ctx context.Context, _ disbursement.Disbursement) (disbursement.Observation, error) {
	return a.call(ctx)
}

func (a *answering) ReadStatus(ctx context.Context, _ disbursement.Disbursement) (disbursement.Observation, error) {
	return a.call(ctx)
}

// What a provider says without an instant is as of the Date of its answer; of an event that has one, and of a Date that cannot be, it
// is not.
func TestAnAnswerWithoutAnInstantIsAsOfItsDate(t *testing.T) {
	stamp := func(d time.Duration) string { return start().Add(d).Format(http.TimeFormat) }
	for name, c := range map[string]struct {
		date     string
		occurred time.Time
		want     time.Time
	}{
		"ours is fast":      {date: stamp(-4 * time.Minute), want: start().Add(-4 * time.Minute)},
		"ours is slow":      {date: stamp(19 * time.Minute), want: start().Add(19 * time.Minute)},
		"it has an instant": {date: stamp(0), occurred: start().Add(-time.Minute)},
		"no date":           {},
		"no date at all":    {date: "yesterday"},
		"a clock stands":    {date: stamp(-21 * time.Minute)},
		"a clock of 2038":   {date: stamp(12 * 365 * 24 * time.Hour)},
	} {
		a := &answering{fake: fake{profile: sound(), said: disbursement.Observation{Claim: disbursement.ClaimPaid, OccurredAt: c.occurred}}, date: c.date}
		client, err := provider.Open(a, account(), providertest.NewHost(start(), 1))
		if err != nil {
			t.Fatal(err)
		}
		for by, o := range map[string]disbursement.Observation{"reply": client.Submit(t.Context(), due()), "poll": client.Status(t.Context(), due())} {
			if o.Claim != disbursement.ClaimPaid || !o.AsOf.Equal(c.want) || !o.OccurredAt.Equal(c.occurred) {
				t.Errorf("%s, by %s: as of %s, want %s (%s)", name, by, o.AsOf, c.want, o.Note)
			}
		}
	}
}
