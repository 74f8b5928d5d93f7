// Package registry plays Eureka's REST protocol in memory: register, renew,
// cancel and query, in JSON, as an http.Handler.
//
// It keeps the order of the requests with their times, and can be made to fail,
// to answer garbage, or to forget everything, because that is what clients must
// live with. A registry that is down is a listener that is closed, which is its
// owner's doing.
//
// It opens no port, reads no clock but for the times of requests, speaks no XML
// and ends no lease by itself.
//
// It imports only the standard library, and internal/verify imports it. It must
// not know who checks what with it.
package registry
