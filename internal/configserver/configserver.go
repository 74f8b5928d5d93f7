package configserver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// source is a Spring PropertySource: one file with its keys, flat.
type source struct {
	Name   string         `json:"name"`
	Source map[string]any `json:"source"`
}

// environment is the answer: the first source that has a key wins.
type environment struct {
	Name     string   `json:"name"`
	Profiles []string `json:"profiles"`
	Label    *string  `json:"label"`
	Version  *string  `json:"version"`
	State    *string  `json:"state"`
	Sources  []source `json:"propertySources"`
}

// plain is what can name a file: no way out of the folder.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// New returns a handler for paths below the server's root. A file that cannot be
// read is answered 500, with its name and what is wrong with it.
func New(folder fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{application}/{profile}", func(w http.ResponseWriter, r *http.Request) {
		application, profile := r.PathValue("application"), r.PathValue("profile")
		if !plain.MatchString(application) || !plain.MatchString(profile) {
			http.NotFound(w, r)
			return
		}
		found, err := read(folder, application, profile)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(environment{Name: application, Profiles: []string{profile}, Sources: found}) // who has left misses nothing
	})
	return mux
}

var kinds = []struct {
	ending string
	parse  func([]byte) (map[string]any, error)
}{{".properties", properties}, {".yml", fromYAML}, {".yaml", fromYAML}}

// read gathers the files in Spring's order: what is more special comes first.
func read(folder fs.FS, application, profile string) ([]source, error) {
	found := []source{}
	for _, base := range []string{application + "-" + profile, "application-" + profile, application, "application"} {
		for _, kind := range kinds {
			b, err := fs.ReadFile(folder, base+kind.ending)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			keys := map[string]any{}
			if err == nil {
				keys, err = kind.parse(b)
			}
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", base+kind.ending, err)
			}
			found = append(found, source{Name: "file:" + base + kind.ending, Source: keys})
		}
	}
	return found, nil
}

func fromYAML(text []byte) (map[string]any, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return nil, fmt.Errorf("it is no YAML: %w", err)
	}
	flat := map[string]any{}
	flatten(flat, "", tree)
	return flat, nil
}

// flatten writes a.b for what is nested, and a[0] for what is in a list.
func flatten(flat map[string]any, key string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			flatten(flat, strings.TrimPrefix(key+"."+name, "."), inner)
		}
	case []any:
		for i, inner := range v {
			flatten(flat, fmt.Sprintf("%s[%d]", key, i), inner)
		}
	case nil:
		flat[key] = ""
	case string, bool, int, float64:
		flat[key] = v
	default:
		flat[key] = fmt.Sprint(v)
	}
}

func properties(text []byte) (map[string]any, error) {
	flat := map[string]any{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		i := strings.IndexAny(line, "=:")
		if i < 0 {
			return nil, fmt.Errorf("%q is not KEY=VALUE", line)
		}
		flat[strings.TrimSpace(line[:i])] = strings.TrimSpace(line[i+1:])
	}
	return flat, nil
}
