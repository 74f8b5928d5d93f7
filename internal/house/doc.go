// Package house holds no code of azulejo, only the tests that keep the house in
// order: who may import whom, what a document says against what is there, and
// which names may not appear in what is committed.
//
// Nobody imports it.
package house
