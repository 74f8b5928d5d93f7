// Package registry plays Eureka's REST protocol in memory: register, renew,
// cancel and query, in JSON, as an http.Handler.
//
// It keeps the order of the requests with their times, and can be made to fail,
// to answer garbage, or to forget everything, because that is what clients must
// live with. A registry that is down is a listener that is closed, which is its
// owner's doing.
//
// A lease ends when it was not renewed for as long as its instance asked for (90 s
// if it did not ask).
//
// It opens no port, reads no clock but for the times of requests, and speaks no XML.
//
// It imports only the standard library; internal/verify uses it as a fake, and
// internal/local as the registry of a system on a developer's machine. It must not
// know who does what with it.
package registry
