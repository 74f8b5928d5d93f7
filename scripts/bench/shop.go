package main

import (
	"fmt"
	"os"
	"strings"
)

// shop makes a system of so many services, each of which calls the next.
func shop(azulejo, dir string, services int) error {
	spec := dir + ".hcl"
	if err := os.WriteFile(spec, []byte(shopSpec(services)), 0o600); err != nil {
		return err
	}
	_, err := run(azulejo, "apply", "-f", spec, "--out", dir, "-y")
	return err
}

func shopSpec(services int) string {
	names := []string{"productpage", "details", "reviews", "ratings", "orders", "billing", "customers", "shipping", "inventory", "accounts"}
	languages := []string{"go", "python", "node"}
	name := func(i int) string {
		if round := i / len(names); round > 0 {
			return fmt.Sprintf("%s-%d", names[i%len(names)], round)
		}
		return names[i]
	}
	var b strings.Builder
	b.WriteString("system \"shop\" {\n  namespace = \"example.com/shop\"\n  gateway \"caddy\" {\n    port = 8080\n  }\n  target \"docker\" {}\n}\n")
	for i := range services {
		fmt.Fprintf(&b, "\nservice %q {\n  language = %q\n  port     = %d\n  route \"/%s\" {}\n", name(i), languages[i%len(languages)], 8101+i, name(i))
		if i+1 < services {
			fmt.Fprintf(&b, "  call %q {}\n", name(i+1))
		}
		b.WriteString("}\n")
	}
	return b.String()
}
