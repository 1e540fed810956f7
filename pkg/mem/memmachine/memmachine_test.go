package memmachine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vuelto/vuelto/pkg/mem/memmachine"
)

// TestRun: items one by one with what the selector picks, repeated as often as Retry says, and put where the state says.
func TestRun(t *testing.T) {
	definition := `{"StartAt":"All","States":{
		"All":{"Type":"Map","ItemsPath":"$.list","ItemSelector":{"n.$":"$$.Map.Item.Value","of.$":"$.of","do":"x"},"ResultPath":"$.list","Next":"Last",
			"ItemProcessor":{"StartAt":"One","States":{"One":{"Type":"Task","Resource":"f","Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":2}],"End":true}}}},
		"Last":{"Type":"Task","Resource":"g","Parameters":{"all.$":"$.list"},"End":true}}}`
	failures, asked := 2, ""
	got, err := memmachine.Run(t.Context(), []byte(definition), []byte(`{"list":[1,2],"of":"a"}`), func(_ context.Context, resource string, input []byte) ([]byte, error) {
		if asked += resource + string(input) + "\n"; failures > 0 {
			failures--
			return nil, errors.New("not now")
		}
		return []byte(`{"ok":true}`), nil
	})
	const one = `f{"do":"x","n":1,"of":"a"}` + "\n"
	if want := one + one + one + `f{"do":"x","n":2,"of":"a"}` + "\n" + `g{"all":[{"ok":true},{"ok":true}]}` + "\n"; err != nil || string(got) != `{"ok":true}` || asked != want {
		t.Errorf("%s %v\n%s", got, err, asked)
	}
}

// TestRunRefusesWhatItDoesNotDo: nobody is to believe that it was tried.
func TestRunRefusesWhatItDoesNotDo(t *testing.T) {
	for _, definition := range []string{
		`{"StartAt":"A","States":{"A":{"Type":"Choice","End":true}}}`,
		`{"StartAt":"A","States":{}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Map","ItemsPath":"$.none","End":true}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Task","Parameters":{"x.$":"$.none"},"End":true}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Task","ResultPath":"$.a.b","End":true}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"fails","End":true}}}`,
	} {
		_, err := memmachine.Run(t.Context(), []byte(definition), []byte(`{}`), func(_ context.Context, resource string, _ []byte) ([]byte, error) {
			if resource == "fails" {
				return nil, errors.New("no")
			}
			return []byte(`{}`), nil
		})
		if err == nil {
			t.Errorf("%s is run", definition)
		}
	}
}
