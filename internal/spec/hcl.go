package spec

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// deepest is how far brackets, signs and conditions may nest. The parser of HCL
// calls itself for each level, and a stack that overflows cannot be caught.
const deepest = 200

// ParseHCL parses any HCL that azulejo reads, whoever wrote it.
func ParseHCL(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
	if rng, ok := tooDeep(src, name); ok {
		return nil, hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "Nested too deeply", Subject: &rng,
			Detail: "More than 200 brackets, signs or conditions are open here. Write it flatter.",
		}}
	}
	return hclsyntax.ParseConfig(src, name, hcl.InitialPos)
}

// tooDeep counts tokens; it looks closer only at texts that hold enough of them.
func tooDeep(src []byte, name string) (hcl.Range, bool) {
	candidates := 0
	for _, c := range []string{"[", "(", "{", "-", "!", "?"} {
		candidates += bytes.Count(src, []byte(c))
	}
	if candidates < deepest {
		return hcl.Range{}, false
	}
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	open, signs, conditions := 0, 0, 0
	for _, t := range tokens {
		sign := t.Type == hclsyntax.TokenMinus || t.Type == hclsyntax.TokenBang
		if signs++; !sign {
			signs = 0
		}
		open += bracket(t.Type)
		switch {
		case t.Type == hclsyntax.TokenQuestion:
			conditions++
		case t.Type == hclsyntax.TokenNewline && open <= 0:
			conditions = 0
		}
		if max(open, signs, conditions) > deepest {
			return t.Range, true
		}
	}
	return hcl.Range{}, false
}

// bracket is 1 for a token that opens a level, -1 for one that closes it.
func bracket(t hclsyntax.TokenType) int {
	switch t {
	case hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return 1
	case hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
		return -1
	default:
		return 0
	}
}
