package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// finder knows the instances of one callee from the registry.
type finder struct {
	url string // of the callee in the registry

	mu    sync.Mutex
	found []string
	aside map[string]time.Time // until when one is left out
	next  int
	begun bool
}

func newFinder(cfg config, name string) *finder {
	return &finder{url: cfg.eureka + "/apps/" + strings.ToUpper(name), aside: map[string]time.Time{}}
}

// base returns the next instance's address, "" if there is none.
func (f *finder) base(ctx context.Context) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.begun {
		f.begun = true
		f.fetch()
		go f.refresh()
	}
	for range f.found {
		if !breaks("C77-turn") {
			f.next++
		}
		one := f.found[f.next%len(f.found)]
		if time.Now().After(f.aside[one]) || breaks("C77-aside") {
			return one
		}
	}
	if len(f.found) > 0 {
		return f.found[0]
	}
	return ""
}

func (f *finder) leaveOut(base string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.aside[base] = time.Now().Add(10 * time.Second)
}

func (f *finder) refresh() {
	for {
		time.Sleep(3 * time.Second)
		f.mu.Lock()
		f.fetch()
		f.mu.Unlock()
	}
}

// fetch keeps the last list where the registry gives none.
func (f *finder) fetch() {
	client := http.Client{Timeout: 2 * time.Second}
	resp, err := client.Get(f.url)
	if err != nil {
		if breaks("C77-lost") {
			f.found = nil
		}
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound && !breaks("C77-stale") {
		f.found = nil
	}
	var list struct {
		Application struct {
			Instance []struct {
				HostName, Status string
				Port             struct {
					Number int `json:"$"`
				}
			}
		}
	}
	if resp.StatusCode != http.StatusOK || json.NewDecoder(resp.Body).Decode(&list) != nil {
		return
	}
	f.found = nil
	for _, one := range list.Application.Instance {
		if one.Status == "UP" || breaks("C77-status") {
			f.found = append(f.found, fmt.Sprintf("http://%s:%d", one.HostName, one.Port.Number))
		}
	}
}
