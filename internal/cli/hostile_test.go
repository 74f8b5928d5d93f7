package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// everyString is a spec with a mark, @NAME@, in the place of each string.
const everyString = `azulejo {
  required_version = @version@
}
system @system@ {
  namespace = @namespace@
  languages = ["go", "python", "node", @allowed@]
  gateway @gateway@ {}
  target @target@ {}
}
external @external@ {
  url = @url@
  route @external_route@ {
    to = @external_to@
  }
}
service @image_service@ {
  image      = @image@
  port       = 4567
  ready_path = @ready_path@
}
service @service@ {
  language = "go"
  env      = { @env_name@ = @env_value@ }
  secrets  = [@secret@]
  inputs   = { description = @input@ }
  route @route@ {
    to = @to@
  }
  call @call@ {
    attempt_timeout = @timeout@
  }
}
service "python-one" {
  language = @language@
  inputs   = { description = @input@ }
  call "legacy" {}
}
service "node-one" {
  language = "node"
  inputs   = { description = @input@ }
}
`

// harmless is what stands in all places but the one under test.
var harmless = map[string]string{
	"version": ">= 0.1", "system": "shop", "namespace": "example.com/shop", "allowed": "go", "gateway": "caddy", "target": "docker",
	"external": "legacy", "url": "http://legacy.internal", "external_route": "/", "external_to": "/v1", "image_service": "billing",
	"image": "registry.example/billing:1", "ready_path": "/health", "service": "orders", "env_name": "GREETING", "env_value": "hello",
	"secret": "TOKEN", "input": "Takes orders.", "route": "/orders", "to": "/api/orders", "call": "billing", "timeout": "1s", "language": "python",
}

var hostile = []string{
	"../up", "../../etc/passwd", `"`, `'`, `\`, "`", "${x}", "%{ if true }", "{{ . }}", "{{", "<% x %>", "*/", "#", "//", "-->", `"""`, "a\nb", "a\r\nb", "\t", "\x1b[31m",
	"\u2028", "\u202e", "é", "日本", "\U0001F600", "$(touch /tmp/azulejo-owned)", "`id`", "a: b", "---", "=", "", " ", ".", "..", "/", "-", "--help", "CON", "null", "true", "0",
	strings.Repeat("x", 300), strings.Repeat("ab/", 100), "a b", "a;b", "a|b", "a&b", "a\x7fb", "\ufeff", "%00", "%2e%2e%2f",
}

// Whatever stands in whichever string of a spec: it is refused with a message
// that has a place, or every generated file reads back with its own parser.
func TestHostileStringsInEveryPlace(t *testing.T) {
	refused, rendered := 0, 0
	for place := range harmless {
		for _, s := range hostile {
			w, err := load(source{file: hostileSpec(t, place, s)})
			if err != nil {
				t.Fatalf("%s = %q: %v", place, s, err)
			}
			if w.diags.HasErrors() {
				refused++
				for _, d := range w.diags {
					if d.Subject == nil || d.Summary == "" || d.Detail == "" {
						t.Errorf("%s = %q: a message without a place or advice: %v", place, s, d)
					}
				}
				continue
			}
			rendered++
			files, err := w.tree()
			if err != nil {
				t.Errorf("%s = %q: %v", place, s, err)
			}
			for name := range files {
				if !filepath.IsLocal(name) {
					t.Errorf("%s = %q leads to %s", place, s, name)
				}
			}
		}
	}
	t.Logf("%d specs refused, %d rendered and read back", refused, rendered)
	if refused < 500 || rendered < 100 {
		t.Errorf("%d refused and %d rendered: the test lost its bite", refused, rendered)
	}
	if _, err := os.Stat("/tmp/azulejo-owned"); err == nil {
		t.Error("a string was run by a shell")
	}
}

func hostileSpec(t *testing.T, place, s string) string {
	t.Helper()
	text := everyString
	for name, value := range harmless {
		if name == place {
			value = s
		}
		literal := string(hclwrite.TokensForValue(cty.StringVal(value)).Bytes())
		text = strings.ReplaceAll(text, "@"+name+"@", literal)
	}
	file := filepath.Join(t.TempDir(), "shop.hcl")
	write(t, file, text)
	return file
}

// The spec with which the test above begins is a good one.
func TestHarmlessStringsAreFine(t *testing.T) {
	w, err := load(source{file: hostileSpec(t, "", "")})
	if err != nil || len(w.diags) > 0 {
		t.Fatalf("%v %v", err, w.diags)
	}
}

func TestInterruptedIs130(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.hcl"), "service \"a\" {\n  language = \"go\"\n}\n")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	env := testEnv(dir)
	out := &safeBuffer{}
	env.Stdout, env.Stderr = out, out
	if code := Run(ctx, env, []string{"apply", "-f", "a.hcl", "--out", "a", "-y"}); code != exitInterrupted {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
