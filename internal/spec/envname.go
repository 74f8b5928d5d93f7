package spec

import "strings"

// EnvName is the form in which a name appears in variables: upper case, "-" as "_".
func EnvName(name string) string {
	return strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}
