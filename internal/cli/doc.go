// Package cli is the command line: flags in, views out, exit codes. It is where
// the environment, the clock, the terminal and the working directory enter, and
// the only package that prints. It wires spec, generators, project and local
// together and decides nothing that those decide.
//
// Only cmd/azulejo imports it.
package cli
