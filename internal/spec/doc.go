// Package spec turns HCL text into a System and back: it parses, validates and
// formats specs, and makes the edits that azulejo itself makes to them.
//
// It does not know what a pack renders, and it neither reads nor writes files:
// text comes in, values and text go out. What validation needs to know of packs
// comes in as a Catalog. Every package may import it; it imports hcl only.
package spec
