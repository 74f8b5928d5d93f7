// Package verify is the service contract in executable form: one table of
// black-box checks, each the proof of one clause.
//
// It knows how to start a process (spec.Launch), its URL, its standard output,
// its pid and four fakes that it plays itself on loopback: an upstream, a collector,
// a registry and a config server; or only the URL of a service that runs. Of a service
// that azulejo did not generate it finds out what it has, and says of each clause that
// cannot be told what would be needed. It parses what it reads (JSON, Prometheus text,
// OTLP), it never compares text. Checks that only read share a process; those that
// count have one to themselves, and so has the shutdown. Whatever it started is
// stopped, with its whole process group.
//
// It does not build or install a service, does not know in which language it
// is written or how it was made, prints nothing and reads no environment: the
// caller hands everything in. What needs an image (the PID 1 half of C64) or a
// real gateway (the other half of C61) is not here.
//
// It imports internal/spec, internal/registry, protobuf's wire format and the
// standard library, and cli imports it.
// generators and project are banned: a black box must not know how the box was
// made.
package verify
