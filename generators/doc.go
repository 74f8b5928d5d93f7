// Package generators is the pure core: a service of a spec and a pack in, a
// Tree of files out. The same input gives the same bytes on every machine, so
// it touches no disk, clock, network, process or environment: packs arrive as
// an fs.FS, and what it makes is a value that project plans and applies.
//
// It does not decide what happens to files that exist already (project), and it
// knows no language: everything of a language is in its pack.
package generators
