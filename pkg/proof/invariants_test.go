package proof_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/vuelto/vuelto/pkg/proof"
)

var update = flag.Bool("update", false, "write testdata/invariants.txt anew")

// invariant is a sentence that must stay true, and what would notice if it did not.
type invariant struct {
	id, holds string
	tests     string // "package Test…, Test…; package Test…"
	faults    string // that the simulator makes, while its own sentences watch
	mutants   string // that break it on purpose
}

// invariants are I1 to I38. Those that the simulator has a sentence for are checked after each commit or at the end of every run.
func invariants() []invariant {
	return []invariant{
		{"I1", "reserved plus refunded never exceeds what was paid", "pkg/proof RefundReservationIsLinearisable, AStoreThatLiesIsNotLinearisable; pkg/story SixtyFourClientsWantATenth, Hyperswitch13182", "", "split-cap"},
		{"I2", "a provider never holds two live refunds for one of ours", "pkg/proof ACrashAtEveryIOOfOneRefundNeverPaysTwice; pkg/story EveryFaultEndsInOneRefund, Saleor12491, WoocommerceGatewayStripe838", "timeout_after_commit late_commit http_404_after_commit duplicate_reference", "delete-on-error key-per-attempt"},
		{"I3", "unknown is left by evidence or by a named person", "pkg/disbursement TransitionsAreTheReviewedTable; pkg/flow/poll AfterElevenDaysAPersonLooks", "timeout_after_commit", "timeout-is-failure"},
		{"I4", "between two sends lies a proof that the first was not applied", "pkg/provider StatusNotFoundNeedsTheQuietPeriod; pkg/flow/poll NotFoundProvesNothingTooSoon; pkg/story SentAgainOnlyWithProof", "late_commit status_lag", "blind-resend"},
		{"I5", "same key and body, same answer; another body, 422; in flight, 409", "pkg/story IdempotencyKeys, SameKeyAtOnce, Blnk374; pkg/proof WhatAUsedKeyMayBeAnswered", "crash_after", "mismatch-on-read"},
		{"I6", "a merchant's refund id is unique for ever", "pkg/story Hyperswitch5282, Medusa16681; infra/template OnlyCachesExpire", "", "ttl-unique"},
		{"I7", "submitting is not entered again because a clock said so", "pkg/story PowertoolsPython8049; pkg/flow/submit TheIntentComesFirst, AStalledWorkerDoesNotCall", "overrun", ""},
		{"I8", "every write carries the version it replaces", "pkg/mem/memstore Store; pkg/aws/dynamostore Store, StoreUnderFaults; pkg/story PowertoolsTypescript5675", "stall", "no-fence journal-apart"},
		{"I9", "a callback before our own reply makes one row", "pkg/flow/apply ACallbackBeforeOurReply", "stall", ""},
		{"I10", "N deliveries are one effect", "pkg/story WebhooksOnceIsEnough; pkg/disbursement SameEvidenceHasNoSecondEffect", "duplicate_callback", "no-dedupe"},
		{"I11", "any order of webhooks ends in one state; success after a final failure is never silent", "pkg/disbursement EveryOrderOfSixWebhooksEndsInOneState; pkg/payment EveryOrderEndsAlike; pkg/story LateEvidenceWins", "late_callback permuted_callback reorder", ""},
		{"I12", "what bounces after success comes back as returned", "pkg/proof ABounceAfterSettlementIsNoticedWithoutItsCallback; pkg/story WhatProvidersDoAfterwards, MoneyThatComesBackAfterItsFile, WhoBearsABounce", "lost_callback", ""},
		{"I13", "what was answered with 2xx is stored", "pkg/flow/intake TwoHundredMeansStored; pkg/proof ACrashAtEveryIOOfABatchNeverPaysARowTwice", "crash_before crash_after", ""},
		{"I14", "a forged, stale or future webhook leaves no trace", "pkg/provider FreshIsSymmetric, SignedTriesEverySecret; pkg/story WebhooksThatAreRefused, AnotherMerchantsSecret; pkg/proof EachLieLacksOnlyItsSignature, ForgersTryEveryNetwork", "bad_signature old_secret", "future-stamp forged-accepted"},
		{"I15", "a worker's clock does not matter within ten minutes", "pkg/proof NothingIsPaidTwiceAndNothingIsLost, AnHourBehindPaysNothingTwice; pkg/store Timely; pkg/aws/dynamostore AnswersHaveTheTablesInstant; pkg/flow/submit AClockThatJumpsBackDoesNotCall", "clock_skew", ""},
		{"I16", "any message any number of times, late, out of order", "pkg/proof ThreeWorkersOnABatchAreOne; pkg/mem/memqueue CopiesAndDisorder", "duplicate delay reorder", ""},
		{"I17", "one poison record of ten: nine done, one reported", "pkg/job BatchFailsRecordsOneByOne; pkg/aws/sqsevents Batch; pkg/proof EveryCallSiteMeetsEveryFaultThatAppliesThere", "partial_batch poison_record", ""},
		{"I18", "messages of the past change nothing", "pkg/proof NothingIsPaidTwiceAndNothingIsLost", "", ""},
		{"I19", "no decision about money reads an index", "pkg/mem/memstore IndexSeesACommitAfterItsLag, LaggingStore; pkg/aws/dynamostore IndexEntriesThatLag", "index_lag", ""},
		{"I20", "nothing rests on a client token of ten minutes", "pkg/aws/dynamostore LostReply, CommitIDs", "reply_lost", ""},
		{"I21", "contention is waited out; a failed condition is an answer", "pkg/store PatientWaitsWhileBusy, PatientGivesUp; pkg/flow/request ContentionKeepsNothing", "throttle contention", ""},
		{"I22", "only what provably preceded the request's last byte was not sent", "pkg/provider SubmitClassifies, ExchangeClasses, ExchangeBelievesASilentTransportOnlyWhereItSaysDial", "outage timeout_before http_500_after_commit slow_drip", "reject-is-proof"},
		{"I23", "past the queue means an attempt is on record", "pkg/flow/submit TheIntentComesFirst; pkg/disbursement EvidenceForWhatWasNeverSentGoesToAPerson", "crash_before", ""},
		{"I24", "integers end to end; parse and print are inverse", "pkg/money ParsePrintIsIdentity, SumsAgreeWithIntegersOfAnySize; infra/lint NoFloatsNearMoney", "", ""},
		{"I25", "an exponent belongs to a currency at a provider", "pkg/provider ExpressesTakesOnlyPositiveWholeSteps; pkg/money DecimalsOfTheWire", "row_hundred", ""},
		{"I26", "the refund's currency is the payment's, but for a lock", "pkg/story ARefundInAnotherCurrency; pkg/rate ALockKeepsEverything; pkg/proof WhatPeopleMayNotBringIsNoticed", "row_currency", ""},
		{"I27", "less received than sent is booked and seen", "pkg/ledger ARefundsPostings, EveryStepBalances; pkg/story Situations", "row_under", ""},
		{"I28", "windows follow the local instant of acceptance", "pkg/story RefundWindow; pkg/calendar LocalDayOfAnInstant", "", ""},
		{"I29", "one live cash code per refund", "pkg/story ANewCodeOnlyForAVoidOne, PayoutsAreIssuedAnewToo, TwinsAtAGateway", "", ""},
		{"I30", "cash after expiry is never lost", "pkg/story Situations, ASituationIsSettledOnce, VouchersExpireByTheClock", "", ""},
		{"I31", "a foreign id is 404 on any route", "pkg/story ForeignIds, KeysAreOfOneMerchant; pkg/flow/apply OneAccountsSecretMovesOnlyItsOwn", "unknown_refund", ""},
		{"I32", "what ran is what a second person approved", "pkg/story LargeRefundsNeedASecondPerson; pkg/flow/submit WhatRunsIsWhatWasApproved; pkg/disbursement AFingerprintKnowsEverythingThatMatters; pkg/proof WhatPeopleMayNotDoIsNoticed", "crash_after", "self-approval self-closing"},
		{"I33", "a file k times is a file once", "pkg/flow/ingest AFileCountsOnce, AFileAndItsMonthAtOnce; pkg/story AFileThatGrows; pkg/proof WhatPeopleMayNotBringIsNoticed", "duplicate", ""},
		{"I34", "every row in one bucket, whatever order or crash", "pkg/settlement EverythingIsInOneBucketAndAddsUp, OrderOfTheBooksDoesNotShow; pkg/flow/reconcile ACrashAnywhereShowsInNothing; pkg/recon TheEngineIsTheRules", "row_twice row_unknown", ""},
		{"I35", "missing only from its business day on", "pkg/settlement Classes; pkg/story TheDayCloses, CallbacksLostUntilTheFile", "row_missing", ""},
		{"I36", "double clicks and two people at once: one effect", "pkg/story ACrowdDecides, CancelStopsOnlyWhatNobodyHas, Saleor12491Approval; pkg/disbursement ARepeatIsNotCancelled; pkg/flow/decide TwoDaysDecideAboutOneReceipt; pkg/proof WhatPeopleMayNotDoIsNoticed, WhatPeopleMayNotBringIsNoticed, PeoplesErrandsHappenOnce", "crash_after", "cancel-sent late-approval two-successors"},
		{"I37", "accepted work ends or waits for a person within twelve days", "pkg/proof NothingIsPaidTwiceAndNothingIsLost; pkg/story AllCallbacksLost", "lost_callback", "no-sweep dlq-ignored"},
		{"I38", "touching the journal shows", "pkg/audit EveryManipulationShows, ARewrittenDayShows", "", ""},
	}
}

// sentence is the simulator's own one about an invariant; empty if it has none.
func sentence(id string) string {
	for _, s := range proof.Sentences() {
		if strings.HasPrefix(s, id+":") {
			return s
		}
	}
	return ""
}

// missing finds the tests of a row that do not exist.
func (x invariant) missing(t *testing.T) []string {
	var missing []string
	for _, part := range strings.Split(x.tests, "; ") {
		where, names, _ := strings.Cut(part, " ")
		files, err := filepath.Glob(filepath.Join("..", "..", where, "*_test.go"))
		if err != nil || len(files) == 0 {
			missing = append(missing, where)
		}
		var text bytes.Buffer
		for _, f := range files {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(body)
		}
		for _, name := range strings.Split(names, ", ") {
			if !regexp.MustCompile(`(?m)^func Test` + name + `\(`).Match(text.Bytes()) {
				missing = append(missing, where+" Test"+name)
			}
		}
	}
	return missing
}

// The table of invariants names what holds each of them; nothing that it names is made up.
func TestEveryInvariantIsHeldBySomething(t *testing.T) {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "id\twhat must hold\tin every run of the simulator\tfaults\tmutants that break it\ttests")
	all, faults, mutants := invariants(), proof.Faults(), map[string]bool{}
	for i, x := range all {
		if x.id != fmt.Sprint("I", i+1) {
			t.Errorf("place %d holds %s", i+1, x.id)
		}
		for _, gone := range x.missing(t) {
			t.Errorf("%s: there is no %s", x.id, gone)
		}
		for _, f := range strings.Fields(x.faults) {
			if !slices.Contains(faults, proof.Fault(f)) {
				t.Errorf("%s: there is no fault %s", x.id, f)
			}
		}
		for _, m := range strings.Fields(x.mutants) {
			if mutants[m] = true; !slices.Contains(proof.Mutants(), m) {
				t.Errorf("%s: there is no mutant %s", x.id, m)
			}
		}
		watched := "-"
		if sentence(x.id) != "" {
			watched = "watched"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", x.id, x.holds, watched, dash(x.faults), dash(x.mutants), x.tests)
	}
	if len(all) != 38 || len(mutants) != len(proof.Mutants()) {
		t.Errorf("%d invariants and %d of %d mutants", len(all), len(mutants), len(proof.Mutants()))
	}
	_ = w.Flush()
	const golden = "testdata/invariants.txt"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || !bytes.Equal(want, out.Bytes()) {
		t.Errorf("%s is not this table (%v); run with -args -update and read the difference", golden, err)
	}
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
