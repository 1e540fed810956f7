package efecty_test

import (
	"context"
	"testing"

	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	vector.Run(t, map[string]vector.Rule{
		"call": func(in map[string]string) string {
			s := &script{status: 500}
			open(t, s).Submit(context.Background(), cash())
			if s.body != in["body"] || s.last.Method != in["method"] || s.last.URL.Path != in["path"] || s.last.Header.Get("X-Timestamp") != in["time"] {
				t.Errorf("sent %s to %s at %s", s.body, s.last.URL, s.last.Header.Get("X-Timestamp"))
			}
			return s.last.Header.Get("X-Signature")
		},
		"webhook": func(in map[string]string) string {
			d := delivery(in["body"], in["time"], in["secret"])
			if err := open(t, &script{}).Verify(d); err != nil {
				return err.Error()
			}
			return d.Header.Get("X-Signature")
		},
	})
}
