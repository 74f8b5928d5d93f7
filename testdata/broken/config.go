package main

import (
	"math"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

type config struct {
	name, version, host, port, level string
	maxBody                          int64
	requestTimeout                   time.Duration
	headerTimeout, keepAlive         time.Duration
	drain, grace                     time.Duration
	probes                           bool
	calls                            map[string]callConfig
	collector                        string
	exportDelay                      time.Duration
	eureka, advertise                string
	lookup                           lookup
}

var callNames = []string{"price-list", "ratings"}

var levels = []string{"debug", "info", "warn", "error"}

// loader collects the names of bad variables.
type loader struct {
	lookup lookup
	bad    []string
}

func (l *loader) getenv(name string) string {
	v, _ := l.lookup(name)
	return v
}

func load() (config, []string) {
	find, found := remote()
	l := &loader{lookup: find}
	if !found {
		l.reject("CONFIG_URL")
	}
	c := config{
		name: l.text("SERVICE_NAME", "reviews"), version: l.text("SERVICE_VERSION", "0.1.0"),
		host: l.text("HOST", "0.0.0.0"), port: strconv.Itoa(l.number("PORT", 8103, 1, 65535)),
		level:          l.text("LOG_LEVEL", "info"),
		maxBody:        int64(l.number("MAX_BODY_BYTES", 1<<20, 1, 1<<30)),
		requestTimeout: l.ms("REQUEST_TIMEOUT_MS", 10000, 1, tenMinutes),
		headerTimeout:  l.ms("HEADER_TIMEOUT_MS", 5000, 1, tenMinutes),
		keepAlive:      l.ms("KEEP_ALIVE_MS", 75000, 1, 6*tenMinutes),
		drain:          l.ms("SHUTDOWN_DRAIN_MS", 10000, 0, tenMinutes),
		grace:          l.ms("SHUTDOWN_TIMEOUT_MS", 20000, 0, tenMinutes),
		probes:         l.flag("CONTRACT_PROBES"),
		calls:          map[string]callConfig{},
		collector:      l.url("OTEL_EXPORTER_OTLP_ENDPOINT"),
		exportDelay:    l.ms("OTEL_BSP_SCHEDULE_DELAY", 5000, 1, tenMinutes),
		eureka:         l.url("EUREKA_URL"), advertise: l.text("ADVERTISE_HOST", ""),
		lookup: find,
	}
	for _, name := range callNames {
		prefix := "CALL_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		c.calls[name] = l.call(prefix)
	}
	if c.eureka != "" && c.advertise == "" && !breaks("C74-required") {
		l.reject("ADVERTISE_HOST")
	}
	if !slices.Contains(levels, c.level) {
		l.reject("LOG_LEVEL")
	}
	if breaks("C01") && l.getenv("HOST") == "" {
		l.reject("HOST")
	}
	if breaks("C01-probes") {
		c.probes = true
	}
	if breaks("C06-host") {
		c.host = "0.0.0.0"
	}
	return c, l.bad
}

func (l *loader) call(prefix string) callConfig {
	return callConfig{
		url:      l.url(prefix + "_URL"),
		attempt:  l.ms(prefix+"_ATTEMPT_TIMEOUT_MS", 1000, 1, tenMinutes),
		deadline: l.ms(prefix+"_DEADLINE_MS", 3000, 1, tenMinutes),
		retries:  l.number(prefix+"_RETRIES", 2, 0, 5),
		breaker: breakerConfig{
			window:  l.ms(prefix+"_BREAKER_WINDOW_MS", 10000, 1, tenMinutes),
			calls:   l.number(prefix+"_BREAKER_MIN_CALLS", 20, 1, 1_000_000),
			percent: l.number(prefix+"_BREAKER_FAILURE_PERCENT", 50, 1, 100),
			open:    l.ms(prefix+"_BREAKER_OPEN_MS", 5000, 1, tenMinutes),
		},
	}
}

func (l *loader) reject(name string) {
	if breaks("C02-value") && name == "PORT" {
		name += "=" + l.getenv(name)
	}
	l.bad = append(l.bad, name)
}

func (l *loader) text(name, fallback string) string {
	if v := l.getenv(name); v != "" {
		return v
	}
	return fallback
}

func (l *loader) number(name string, fallback, least, most int) int {
	v := l.getenv(name)
	if v == "" {
		return fallback
	}
	n, err := strconv.Atoi(v)
	if breaks("C05") && strings.HasSuffix(v, "s") || breaks("C05-size") && strings.HasSuffix(v, "kb") {
		return fallback
	}
	if breaks("C02") && strings.HasPrefix(v, "-") {
		return fallback
	}
	if _, own := os.LookupEnv(name); !own && (breaks("C04-type") && err != nil || breaks("C03-default") && err == nil) {
		return fallback
	}
	if breaks("C02-range") && name == "KEEP_ALIVE_MS" {
		most = math.MaxInt
	}
	if err != nil || n < least || n > most || strings.HasPrefix(v, "+") {
		l.reject(name)
		return fallback
	}
	return n
}

const tenMinutes = 600_000

func (l *loader) ms(name string, fallback, least, most int) time.Duration {
	return time.Duration(l.number(name, fallback, least, most)) * time.Millisecond
}

func (l *loader) flag(name string) bool {
	v := l.text(name, "false")
	if v != "true" && v != "false" {
		l.reject(name)
	}
	return v == "true"
}

func (l *loader) url(name string) string {
	v := l.getenv(name)
	if v == "" {
		return ""
	}
	if u, err := url.Parse(v); err != nil || u.Host == "" {
		l.reject(name)
	}
	return v
}

func joined(names []string) string { return strings.Join(names, ", ") }
