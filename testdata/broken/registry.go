package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// lease keeps the service in a Eureka registry.
type lease struct {
	cfg        config
	log        *logger
	client     *http.Client
	registered atomic.Bool
	failed     atomic.Bool // the last registration
	stop       context.CancelFunc
	loop       sync.WaitGroup
}

func newLease(cfg config, log *logger) *lease {
	return &lease{cfg: cfg, log: log, client: &http.Client{Timeout: 2 * time.Second}}
}

func (l *lease) host() string {
	if breaks("C74") {
		host, _ := os.Hostname()
		return host
	}
	return l.cfg.advertise
}

func (l *lease) id() string { return l.host() + ":" + l.cfg.name + ":" + l.cfg.port }

func (l *lease) path() string { return "/apps/" + strings.ToUpper(l.cfg.name) }

func (l *lease) send(ctx context.Context, method, path string, body []byte) int {
	req, err := http.NewRequestWithContext(ctx, method, l.cfg.eureka+path, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", jsonType)
	req.Header.Set("Accept", jsonType)
	resp, err := l.client.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func (l *lease) register(ctx context.Context) bool {
	port, _ := strconv.Atoi(l.cfg.port)
	readyz := "http://" + l.host() + ":" + l.cfg.port + "/readyz"
	instance := map[string]any{
		"instanceId": l.id(), "hostName": l.host(), "ipAddr": l.host(), "app": strings.ToUpper(l.cfg.name), "vipAddress": l.cfg.name,
		"status": "UP", "port": map[string]any{"$": port, "@enabled": "true"}, "healthCheckUrl": readyz, "statusPageUrl": readyz,
		"dataCenterInfo": map[string]any{"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
		"leaseInfo":      map[string]any{"renewalIntervalInSecs": 5, "durationInSecs": 15},
		"metadata":       map[string]any{"contract": "1", "language": language(), "version": l.cfg.version},
	}
	if breaks("C70") {
		delete(instance, "vipAddress")
	}
	text, _ := json.Marshal(map[string]any{"instance": instance})
	ok := l.send(ctx, "POST", l.path(), text) == http.StatusNoContent
	l.failed.Store(!ok)
	return ok
}

func (l *lease) renew(ctx context.Context) {
	status := l.send(ctx, "PUT", l.path()+"/"+url.PathEscape(l.id()), nil)
	if status == http.StatusNotFound && !breaks("C71") {
		l.registered.Store(l.register(ctx))
	}
}

// start registers and renews until end.
func (l *lease) start() {
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	if l.cfg.eureka == "" {
		return
	}
	l.loop.Go(func() {
		for ctx.Err() == nil {
			wait := 5 * time.Second
			if breaks("C71-slow") {
				wait = 9 * time.Second
			}
			if l.registered.Load() {
				l.renew(ctx)
			} else {
				l.registered.Store(l.register(ctx))
			}
			if !l.registered.Load() {
				wait = 2 * time.Second
			}
			if !l.registered.Load() && breaks("C72") {
				return
			}
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
		}
	})
}

// end stops the renewals first: the next one would register again.
func (l *lease) end() {
	if l.cfg.eureka == "" || breaks("C73") {
		return
	}
	if !breaks("C73-beat") {
		l.stop()
		l.loop.Wait()
	}
	l.send(context.Background(), "DELETE", l.path()+"/"+url.PathEscape(l.id()), nil)
}
