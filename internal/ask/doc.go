// Package ask holds azulejo's questions as data, those of the packs included, and
// turns answers into the text of a spec. The wizard, the line-by-line questions and
// the flags all go this way, so that one answer means one text.
//
// It knows no terminal and no disk.
package ask
