// Package otlp reads the spans that programs export with OpenTelemetry's protocol over
// HTTP, and plays the collector that they are sent to.
//
// It reads of a span what tells who called whom, and leaves out the rest: times,
// events and links. It opens no port: who listens for it is its owner's business.
// internal/verify and scripts/live judge by it.
package otlp

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Kind is what a span stands for.
type Kind int

// The kinds of spans that the contract speaks of.
const (
	Server Kind = 2
	Client Kind = 3
)

// Span is one of a trace. Ids are hex in lower case, the parent's is "" for a root.
type Span struct {
	Trace, ID, Parent string
	Name              string
	Kind              Kind
	Failed            bool              // status ERROR
	Resource          map[string]string // attributes that are text
}

// The JSON of OTLP is not protobuf's own: its ids are hex. So one reader from a
// library would not do, and two small ones need none.
type otlpJSON struct {
	ResourceSpans []struct {
		Resource struct {
			Attributes []struct {
				Key   string `json:"key"`
				Value struct {
					StringValue *string `json:"stringValue"`
				} `json:"value"`
			} `json:"attributes"`
		} `json:"resource"`
		ScopeSpans []struct {
			Spans []struct {
				TraceID      string `json:"traceId"`
				SpanID       string `json:"spanId"`
				ParentSpanID string `json:"parentSpanId"`
				Name         string `json:"name"`
				Kind         Kind   `json:"kind"`
				Status       struct {
					Code int `json:"code"`
				} `json:"status"`
			} `json:"spans"`
		} `json:"scopeSpans"`
	} `json:"resourceSpans"`
}

func spansOfJSON(body []byte) ([]Span, error) {
	var in otlpJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fmt.Errorf("OTLP JSON: %w", err)
	}
	var out []Span
	for _, rs := range in.ResourceSpans {
		resource := map[string]string{}
		for _, a := range rs.Resource.Attributes {
			if a.Value.StringValue != nil {
				resource[a.Key] = *a.Value.StringValue
			}
		}
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				out = append(out, Span{strings.ToLower(s.TraceID), strings.ToLower(s.SpanID), strings.ToLower(s.ParentSpanID),
					s.Name, s.Kind, s.Status.Code == statusError, resource})
			}
		}
	}
	return out, nil
}

const statusError = 2

// protoField is one field of a protobuf message: bytes for messages, text and
// bytes, else number.
type protoField struct {
	number protowire.Number
	bytes  []byte
	value  uint64
}

func protoFields(b []byte) ([]protoField, error) {
	var out []protoField
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		f := protoField{number: number}
		b = b[n:]
		switch kind {
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(b)
		case protowire.VarintType:
			f.value, n = protowire.ConsumeVarint(b)
		default: // fixed numbers: nothing that is read here
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		b = b[n:]
		out = append(out, f)
	}
	return out, nil
}

// eachMessage calls f for each message in field number of the message b.
func eachMessage(b []byte, number protowire.Number, f func([]byte) error) error {
	fields, err := protoFields(b)
	if err != nil {
		return err
	}
	for _, field := range fields {
		if field.number == number {
			if err := f(field.bytes); err != nil {
				return err
			}
		}
	}
	return nil
}

// The numbers are those of opentelemetry/proto/trace/v1/trace.proto and its
// imports, which are stable.
func spansOfProto(body []byte) ([]Span, error) {
	var out []Span
	err := eachMessage(body, 1, func(resourceSpans []byte) error {
		resource := map[string]string{}
		if err := eachMessage(resourceSpans, 1, func(b []byte) error { return textAttributes(b, resource) }); err != nil {
			return err
		}
		return eachMessage(resourceSpans, 2, func(scopeSpans []byte) error {
			return eachMessage(scopeSpans, 2, func(b []byte) error {
				s, err := protoSpan(b)
				s.Resource = resource
				out = append(out, s)
				return err
			})
		})
	})
	if err != nil {
		return nil, fmt.Errorf("OTLP protobuf: %w", err)
	}
	return out, nil
}

func textAttributes(resource []byte, into map[string]string) error {
	return eachMessage(resource, 1, func(attribute []byte) error {
		fields, err := protoFields(attribute)
		if err != nil {
			return err
		}
		key, value := "", []byte(nil)
		for _, f := range fields {
			switch f.number {
			case 1:
				key = string(f.bytes)
			case 2:
				value = f.bytes
			default: // more than is asked for
			}
		}
		return eachMessage(value, 1, func(text []byte) error {
			into[key] = string(text)
			return nil
		})
	})
}

func protoSpan(b []byte) (Span, error) {
	fields, err := protoFields(b)
	if err != nil {
		return Span{}, err
	}
	var s Span
	for _, f := range fields {
		switch f.number {
		case 1:
			s.Trace = hex.EncodeToString(f.bytes)
		case 2:
			s.ID = hex.EncodeToString(f.bytes)
		case 4:
			s.Parent = hex.EncodeToString(f.bytes)
		case 5:
			s.Name = string(f.bytes)
		case 6:
			s.Kind = Kind(f.value)
		case 15:
			s.Failed, err = protoFailed(f.bytes)
		default: // more than is asked for
		}
	}
	if err == nil && (len(s.Trace) != 32 || len(s.ID) != 16) {
		err = errors.New("a span without valid ids")
	}
	return s, err
}

func protoFailed(status []byte) (bool, error) {
	fields, err := protoFields(status)
	failed := false
	for _, f := range fields {
		failed = failed || f.number == 3 && f.value == statusError
	}
	return failed, err
}
