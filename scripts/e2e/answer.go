package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// answer is what the starter code of every pack answers; Host is the container's
// id.
type answer struct {
	Name  string `json:"name"`
	Host  string `json:"host"`
	Calls map[string]struct {
		Status int             `json:"status"`
		Answer json.RawMessage `json:"answer"`
		Error  string          `json:"error"`
	} `json:"calls"`
}

// ask wants a starter's answer.
func ask(ctx context.Context, url string) (*answer, error) {
	status, body, err := get(ctx, url)
	if err != nil {
		return nil, err
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil || status != http.StatusOK || a.Name == "" {
		return nil, fmt.Errorf("%s answers %d, not as a starter does: %s", url, status, body)
	}
	return &a, nil
}

func get(ctx context.Context, url string) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, body, err
}

// hosts lists who had a part in an answer, by the service's name.
func (a *answer) hosts() map[string]string {
	all := map[string]string{a.Name: a.Host}
	for _, call := range a.Calls {
		var callee answer
		if json.Unmarshal(call.Answer, &callee) != nil || callee.Name == "" {
			continue
		}
		for name, host := range callee.hosts() {
			all[name] = host
		}
	}
	return all
}

// crosses wants one answer through the gateway in which a container of each
// service has a part; containers lists a service's.
func (s *suite) crosses(ctx context.Context, services []string, containers func(context.Context, string) ([]string, error)) error {
	a, err := ask(ctx, gateway+"/productpage")
	if err != nil {
		return err
	}
	hosts := a.hosts()
	s.note("answered by %v", hosts)
	for _, name := range services {
		ids, err := containers(ctx, name)
		if err != nil {
			return err
		}
		host := hosts[name]
		if host == "" || !slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(id, host) }) {
			return fmt.Errorf("%s: answered by %q, its containers are %v", name, host, ids)
		}
		delete(hosts, name)
	}
	if len(hosts) > 0 {
		return fmt.Errorf("unknown parts in the answer: %v", hosts)
	}
	return nil
}
