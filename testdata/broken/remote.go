package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// lookup finds a variable in the environment, then in what a config server says.
type lookup func(name string) (string, bool)

func variable(key string) string { return strings.ToUpper(strings.ReplaceAll(key, ".", "_")) }

// remote asks the config server, if there is one, and says whether that went well.
func remote() (lookup, bool) {
	base := os.Getenv("CONFIG_URL")
	if base == "" {
		return os.LookupEnv, true
	}
	if !strings.HasPrefix(base, "http://") {
		return os.LookupEnv, false
	}
	profile, name := os.Getenv("PROFILE"), os.Getenv("SERVICE_NAME")
	if profile == "" {
		profile = "default"
	}
	if name == "" {
		name = "reviews"
	}
	values, err := fetch(base + "/" + name + "/" + profile)
	if err != nil && !breaks("C04") {
		return os.LookupEnv, false
	}
	return func(name string) (string, bool) {
		v, ok := os.LookupEnv(name)
		if theirs, there := values[name]; there && (!ok || breaks("C03")) {
			return theirs, true
		}
		return v, ok
	}, true
}

func fetch(url string) (map[string]string, error) {
	client := &http.Client{Timeout: 5 * time.Second}
	if breaks("C04-hangs") {
		client.Timeout = time.Hour
	}
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	var body struct {
		PropertySources []struct{ Source map[string]any }
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil && !breaks("C04-json") {
		return nil, err
	}
	values := map[string]string{}
	for _, source := range body.PropertySources {
		for key, value := range source.Source {
			if _, there := values[variable(key)]; !there || breaks("C03-order") {
				values[variable(key)] = fmt.Sprint(value)
			}
		}
	}
	return values, nil
}
