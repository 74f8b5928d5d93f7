package ask_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/azulejo-dev/azulejo/internal/ask"
	"github.com/azulejo-dev/azulejo/internal/spec"
)

// big is a system of 100 services, in which each calls the three before it.
func big() string {
	var b strings.Builder
	b.WriteString("system \"big\" {\n  gateway \"caddy\" {}\n}\n")
	for n := range 100 {
		fmt.Fprintf(&b, "service \"s%02d\" {\n  language = \"many\"\n  port     = %d\n  route \"/s%02d\" {}\n", n, 8101+n, n)
		for c := max(0, n-3); c < n; c++ {
			fmt.Fprintf(&b, "  call \"s%02d\" {}\n", c)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// many is a language with so many questions that there are 60 in all.
func many() spec.Language {
	l := spec.Language{Name: "many", Pack: "many"}
	for n := range 54 {
		in := spec.Input{Name: fmt.Sprintf("q%02d", n), Type: cty.String, Default: cty.StringVal("a"), Why: "A question."}
		switch n % 4 {
		case 0:
			in.Options = words("a", "b", "c")
		case 1:
			in.When = expression(`input.q00 == "a"`)
		case 2:
			in.Validations = []spec.Validation{{Condition: expression(fmt.Sprintf("length(input.q%02d) < 9", n)), ErrorMessage: "too long."}}
		}
		l.Inputs = append(l.Inputs, in)
	}
	return l
}

// BenchmarkFill is what each key of a wizard costs; the budget is 2 ms.
func BenchmarkFill(b *testing.B) {
	f := form(b, ask.Join, big())
	f.Catalog.Languages = append(f.Catalog.Languages, many())
	f.Catalog.Functions = catalog().Functions
	answers := ask.Answers{"name": {"payments"}, "language": {"many"}, "call": {"s10", "s99"}, "inputs.q01": {"other"}, "inputs.q04": {"b"}}
	if s := f.Fill(answers); len(s.Items) != 60 || !s.Valid() {
		b.Fatalf("%d questions, %v", len(s.Items), s.Problems)
	}
	for b.Loop() {
		f.Fill(answers)
	}
}
