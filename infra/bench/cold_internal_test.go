package main

import "testing"

func TestEachFunctionIsComparedWithItsOwnClients(t *testing.T) {
	for main, want := range map[string]string{
		"dynamo alone":                      "",
		"s = sqsqueue.Open(h.AWS)":          "+sqs",
		"f = s3file.Open(h.AWS)":            "+s3",
		"sqsqueue.Open( ) s3file.Open( )":   "+sqs+s3",
		"sesmail.Open( ) snstext.Open( )":   "+ses+sns",
		"sqsevents.Batch(b.Handler(), log)": "",
	} {
		if got := clientsOf(main); got != want {
			t.Errorf("%q: %q, want %q", main, got, want)
		}
	}
}
