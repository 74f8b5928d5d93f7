// Package load sends requests to a running system while somebody changes it, and
// counts what was lost.
//
// Three kinds of requests are counted apart, because they can be lost in
// different ways. A GET on a kept-alive connection may be sent again, which Go's
// own client does and which is counted as a retry. A POST on a new connection is
// sent once: nobody may lose it. A POST on a connection that was idle is sent
// once too, but into a connection that the other side may be closing at that
// moment; no server can avoid every such loss, so it is reported and not judged.
package load
