package otlp

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testdata/traces.pb was written by OpenTelemetry's own Go library, traces.json has
// the same spans in the shapes that exporters use.
func wantSpans() []Span {
	resource := map[string]string{"service.name": "orders", "service.version": "1.2.3"}
	const trace = "0102030405060708090a0b0c0d0e0f10"
	return []Span{
		{trace, "a1a2a3a4a5a6a7a8", "b1b2b3b4b5b6b7b8", "GET /api/", Server, true, resource},
		{trace, "c1c2c3c4c5c6c7c8", "a1a2a3a4a5a6a7a8", "GET", Client, false, resource},
	}
}

func TestSink(t *testing.T) {
	t.Parallel()
	proto, err := os.ReadFile("testdata/traces.pb")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/traces.json")
	if err != nil {
		t.Fatal(err)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(proto)
	z.Close()
	for what, row := range map[string]struct {
		path, mediaType, encoding string
		body                      []byte
		status                    int
	}{
		"protobuf":      {"/v1/traces", "application/x-protobuf", "", proto, 200},
		"json":          {"/v1/traces", "application/json; charset=utf-8", "", text, 200},
		"gzip":          {"/v1/traces", "application/x-protobuf", "gzip", zipped.Bytes(), 200},
		"no gzip":       {"/v1/traces", "application/x-protobuf", "gzip", proto, 400},
		"cut protobuf":  {"/v1/traces", "application/x-protobuf", "", proto[:200], 400},
		"json as proto": {"/v1/traces", "application/x-protobuf", "", text, 400},
		"cut json":      {"/v1/traces", "application/json", "", text[:200], 400},
		"wrong type":    {"/v1/traces", "text/plain", "", proto, 400},
		"wrong path":    {"/", "application/x-protobuf", "", proto, 400},
	} {
		s := &Sink{}
		server := httptest.NewServer(s)
		req, _ := http.NewRequestWithContext(t.Context(), "POST", server.URL+row.path, bytes.NewReader(row.body))
		req.Header.Set("Content-Type", row.mediaType)
		if row.encoding != "" {
			req.Header.Set("Content-Encoding", row.encoding)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		server.Close()
		if resp.StatusCode != row.status || (len(s.Refused()) > 0) != (row.status == 400) {
			t.Errorf("%s: %d and refused %v, want %d", what, resp.StatusCode, s.Refused(), row.status)
		}
		if row.status == 200 {
			if diff := cmp.Diff(wantSpans(), s.Of("0102030405060708090a0b0c0d0e0f10")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
	}
}
