package efecty_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	vector.Run(t, map[string]vector.Rule{
		"call": func(in map[string]string) string {
			s := providertest.Says(500)
			open(t, s).Submit(context.Background(), cash())
			if s.Last().Text != in["body"] || s.Last().Method != in["method"] || s.Last().URL.Path != in["path"] || s.Last().Header.Get("X-Timestamp") != in["time"] {
				t.Errorf("sent %s to %s at %s", s.Last().Text, s.Last().URL, s.Last().Header.Get("X-Timestamp"))
			}
			return s.Last().Header.Get("X-Signature")
		},
		"webhook": func(in map[string]string) string {
			d := delivery(in["body"], in["time"], in["secret"])
			if err := open(t, providertest.Says(500)).Verify(d); err != nil {
				return err.Error()
			}
			return d.Header.Get("X-Signature")
		},
		"cash-out": func(in map[string]string) string {
			w := providertest.Says(500)
			d24(t, "10003", w).Submit(context.Background(), handedOut())
			if w.Last().Text != in["body"] {
				t.Errorf("sent %s", w.Last().Text)
			}
			return w.Last().Header.Get("Payload-Signature")
		},
		"cash-out notification": func(in map[string]string) string {
			d := notified(in["secret"], in["external_id"], "7")
			if err := d24(t, "10003", providertest.Says(500)).Verify(d); err != nil {
				return err.Error()
			}
			form, _ := url.ParseQuery(string(d.Body))
			return form.Get("control")
		},
	})
}
