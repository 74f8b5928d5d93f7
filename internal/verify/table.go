package verify

import (
	"context"
	"slices"
)

// Needs says what a check cannot do without. All but those marked outside need a
// process of their own making; what is here comes on top.
type Needs uint8

// What a check may need.
const (
	NeedsProbes   Needs = 1 << iota // /_contract/... with CONTRACT_PROBES=true
	NeedsCalls                      // the service calls something
	NeedsRegistry                   // the service registers with a registry
	NeedsConfig                     // the service reads a config server
)

// MaxLevel is the highest level of the contract; a level includes those below it.
const MaxLevel = 4

// Check is the proof of one clause.
type Check struct {
	Clause      string
	Heading     string // of docs/contract.md
	Level       int    // 1 to MaxLevel; 0: only for services that azulejo generated
	Needs       Needs
	Explanation string
	outside     bool // can be told of a running service, without its process
	lane        lane
	late        bool // in a serial lane: after the others, because it waits for another lane
	probe       func(context.Context, *bench) (string, error)
}

// lane is a queue of checks. Lanes of one stage run side by side.
type lane int

const (
	laneStarts lane = iota // own processes, which mostly do not start
	laneShared             // one process, read-only checks, all at once
	laneAlone              // one process, one check at a time: counts, logs, calls
	laneDrain              // one process and its shutdown, watched once, judged by many
	laneOwn                // checks with processes and fakes of their own
	laneEnd                // stops processes that the lanes before needed
	laneLast               // reads all that was logged
)

var stages = [][]lane{
	{laneStarts, laneShared, laneAlone, laneDrain, laneOwn},
	{laneEnd},
	{laneLast},
}

func (l lane) serial() bool { return l == laneAlone }

// Table returns the checks in the order of the contract.
func Table() []Check {
	return slices.Concat(
		under("Start and configuration", 1, startChecks()),
		under("Config server", 4, configChecks()),
		under("Probes", 1, probeChecks()),
		under("HTTP behaviour and errors", 1, httpChecks()),
		under("Metrics", 2, metricChecks()),
		under("Metrics of calls", 3, callMetricChecks()),
		under("Logs", 2, logChecks()),
		under("Traces", 2, traceChecks()),
		under("Outbound calls", 3, callChecks()),
		under("Shutdown", 1, shutdownChecks()),
		under("Registry", 4, registryChecks()),
		under("Starter API and time budget", 0, starterChecks()),
	)
}

// under puts checks below a heading of docs/contract.md and gives those that have
// no level of their own the level.
func under(heading string, level int, checks []Check) []Check {
	for i := range checks {
		checks[i].Heading = heading
		if checks[i].Level == 0 {
			checks[i].Level = level
		}
	}
	return checks
}

func startChecks() []Check {
	return []Check{
		{Clause: "C01", lane: laneStarts, probe: startsWithPortOnly,
			Explanation: "starts with nothing but PORT, and with the contract's variables; contract probes are off by default"},
		{Clause: "C02", lane: laneStarts, probe: refusesBadConfig,
			Explanation: "a bad value stops the start: exit code not 0, port never opened, one error line that names the variable and not its value"},
		{Clause: "C05", lane: laneStarts, probe: refusesUnits,
			Explanation: "durations are integer milliseconds and sizes integer bytes; 5s and 1kb are refused"},
		{Clause: "C06", lane: laneStarts, probe: listensOnOnePort,
			Explanation: "listens on HOST:PORT only, one port; a port in use stops the start"},
	}
}

func probeChecks() []Check {
	return []Check{
		{Clause: "C10", lane: laneAlone, late: true, probe: livez,
			Explanation: "/livez is 200 while the process can serve, also while draining, and touches no dependency"},
		{Clause: "C11", lane: laneAlone, late: true, probe: readyz,
			Explanation: "/readyz is 200 after the start, also with a dead dependency, and 503 from SIGTERM on"},
		{Clause: "C12", outside: true, lane: laneShared, probe: probeBodies,
			Explanation: "a probe answers JSON with a status string, and Cache-Control: no-store"},
		{Clause: "C13", Level: 2, lane: laneAlone, probe: probesUncounted,
			Explanation: "probes and /metrics are neither counted nor logged"},
	}
}

func httpChecks() []Check {
	return []Check{
		{Clause: "C20", outside: true, lane: laneShared, probe: problemBodies,
			Explanation: "every error body is application/problem+json with type, title, status and instance"},
		{Clause: "C21", outside: true, lane: laneShared, probe: unknownRoutes,
			Explanation: "unknown path 404, also //api/, /api%2F and /livez/; wrong method 405 with Allow"},
		{Clause: "C22", outside: true, lane: laneShared, probe: badContent,
			Explanation: "malformed JSON 400, media type 415, invalid content 422 with errors[].pointer"},
		{Clause: "C23", lane: laneShared, probe: bodyLimit,
			Explanation: "a body over MAX_BODY_BYTES is 413, with Content-Length and chunked alike"},
		{Clause: "C24", outside: true, lane: laneShared, probe: headLimit,
			Explanation: "a request head over 16 KiB is 431 (400 tolerated), one of 8 KiB is served"},
		{Clause: "C25", Needs: NeedsProbes, lane: laneShared, probe: requestTimeout,
			Explanation: "a handler over REQUEST_TIMEOUT_MS is 503 within 0.5 s, whatever the caller would allow"},
		{Clause: "C26", Needs: NeedsProbes, outside: true, lane: laneShared, probe: crash,
			Explanation: "a crash in a handler is 500 without message, class or stack, and the service lives on"},
		{Clause: "C27", lane: laneShared, probe: slowClients,
			Explanation: "a slow or dripping request head is cut off after HEADER_TIMEOUT_MS; an idle connection is kept for KEEP_ALIVE_MS"},
		{Clause: "C28", Needs: NeedsProbes, lane: laneShared, probe: retryAfter,
			Explanation: "503 carries Retry-After (probes apart: only their code is judged)"},
	}
}

func metricChecks() []Check {
	return []Check{
		{Clause: "C30", Needs: NeedsProbes, lane: laneAlone, probe: durationHistogram,
			Explanation: "http_server_request_duration_seconds: histogram in seconds, exact labels and buckets, one sample a request"},
		{Clause: "C31", Needs: NeedsProbes, lane: laneAlone, probe: activeGauge,
			Explanation: "http_server_active_requests: 1 during a call, 0 after it"},
		{Clause: "C36", outside: true, lane: laneShared, probe: targetInfo,
			Explanation: "target_info is 1 and carries service_name, service_version and telemetry_sdk_language"},
		{Clause: "C37", Needs: NeedsProbes, lane: laneAlone, probe: cardinality,
			Explanation: "any number of unknown paths, keys and methods adds one series each; no raw path or method in a label"},
	}
}

func logChecks() []Check {
	return []Check{
		{Clause: "C40", lane: laneLast, probe: logLines,
			Explanation: "every stdout line is one JSON object with timestamp, level, message, service_name and service_version"},
		{Clause: "C42", Needs: NeedsProbes, lane: laneAlone, probe: accessLog,
			Explanation: "one access line a request: method, path without query, route, status, duration_ms"},
		{Clause: "C43", Needs: NeedsProbes, lane: laneAlone, probe: errorLog,
			Explanation: "an error is logged with error_message, error_type and error_stack"},
		{Clause: "C44", Needs: NeedsProbes, lane: laneAlone, late: true, probe: secretsUnlogged,
			Explanation: "LOG_LEVEL is obeyed; query strings, Authorization, Cookie and configuration values are never logged"},
		{Clause: "C45", lane: laneAlone, probe: lineBreaks,
			Explanation: "line breaks and control characters of a request never break or forge a log line"},
	}
}

func shutdownChecks() []Check {
	return []Check{
		{Clause: "C60", lane: laneDrain, probe: drainOrder,
			Explanation: "after SIGTERM it serves on for SHUTDOWN_DRAIN_MS with Connection: close, then stops accepting (its probes: C10, C11)"},
		{Clause: "C61", lane: laneDrain, probe: drainLoad,
			Explanation: "no request fails on kept-alive connections between SIGTERM and the moment a gateway has seen /readyz"},
		{Clause: "C62", Needs: NeedsProbes, lane: laneDrain, probe: drainLate,
			Explanation: "a request accepted at the last moment of the drain completes"},
		{Clause: "C63", lane: laneEnd, probe: exitCodes,
			Explanation: "exit code 0 or 143, as soon as the work is done; at once when idle with no drain"},
		{Clause: "C64", lane: laneEnd, probe: interrupt,
			Explanation: "SIGINT drains as SIGTERM does; a second signal ends at once (with --image: of the image's first process)"},
	}
}

func starterChecks() []Check {
	return []Check{
		{Clause: "S01", lane: laneAlone, probe: starterAnswer,
			Explanation: "GET /api/ and /api answer name, language, runtime, host, process_id and calls"},
		{Clause: "S02", Needs: NeedsProbes | NeedsCalls, lane: laneAlone, probe: deadDependency,
			Explanation: "a failed call is reported in the answer and never fails it; the client probe says 502 or 504"},
		{Clause: "S03", Needs: NeedsProbes | NeedsCalls, lane: laneAlone, probe: timeBudget,
			Explanation: "a hop gets less time than its caller has, and a request's limit is the smaller of its own and its caller's"},
	}
}

func configChecks() []Check {
	return []Check{
		{Clause: "C03", Needs: NeedsProbes | NeedsConfig, lane: laneOwn, probe: precedence,
			Explanation: "environment over config server over default; the key a.b is the variable A_B, the first property source wins"},
		{Clause: "C04", Needs: NeedsConfig, lane: laneOwn, probe: deadConfig,
			Explanation: "CONFIG_URL that is dead, or answers anything but 200 with JSON, stops the start as a bad value does"},
	}
}

func callMetricChecks() []Check {
	return []Check{
		{Clause: "C32", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: clientHistogram,
			Explanation: "http_client_request_duration_seconds: histogram in seconds, exact labels and buckets, one sample an attempt"},
		{Clause: "C33", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: stateMetric,
			Explanation: "circuit_breaker_state is 1 for the state that the breaker of a call is in, 0 for the others: closed, open, half_open"},
		{Clause: "C34", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: outcomeMetric,
			Explanation: "circuit_breaker_calls_total counts by name and outcome: success, failure, rejected"},
		{Clause: "C35", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: retryMetric,
			Explanation: "http_client_retries_total counts the retries by name"},
	}
}

func traceChecks() []Check {
	return []Check{
		{Clause: "C41", Needs: NeedsProbes, lane: laneOwn, probe: logIDs,
			Explanation: "a line logged under a request carries its trace_id and a span_id"},
		{Clause: "C46", Level: 1, lane: laneOwn, probe: traceIDs,
			Explanation: "traceparent's trace id goes on in error bodies and calls, with a new parent id, tracestate and baggage; a bad one starts a new trace"},
		{Clause: "C47", Needs: NeedsProbes, lane: laneOwn, probe: traceFlags,
			Explanation: "bit 0 of the trace flags goes on as it came; what is not sampled is not exported"},
		{Clause: "C48", Needs: NeedsProbes, lane: laneOwn, probe: exports,
			Explanation: "OTEL_EXPORTER_OTLP_ENDPOINT gets server and client spans over OTLP/HTTP, named METHOD route, with service.name and service.version"},
		{Clause: "C49", Needs: NeedsProbes, lane: laneOwn, probe: sampling,
			Explanation: "every root is sampled; a dead collector slows and fails nothing, and makes at most one warn line a minute"},
	}
}

func callChecks() []Check {
	return []Check{
		{Clause: "C50", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: callTimes,
			Explanation: "an attempt ends at its timeout, all attempts at the deadline, and never later than the caller waits"},
		{Clause: "C51", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: whatIsRetried,
			Explanation: "only idempotent methods are retried, only after a failed connection, a timeout, 429, 502, 503 or 504; Retry-After is kept within the deadline"},
		{Clause: "C52", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: backoff,
			Explanation: "a retry waits a random part of min(500, 50·2^n) ms and costs one of 10 tokens; a call earns 0.2"},
		{Clause: "C53", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: retriesOfRetries,
			Explanation: "a retry carries X-Retry-Attempt; calls made while serving one are not retried"},
		{Clause: "C54", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: breakerNumbers,
			Explanation: "the breaker of a call opens at 20 calls in 10 s of which half failed, for 5 s, and closes after one good probe; each attempt counts, 4xx is no failure"},
		{Clause: "C55", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: openBreaker,
			Explanation: "an open breaker makes no call and answers within 50 ms, with Retry-After"},
		{Clause: "C56", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: halfOpen,
			Explanation: "a half-open breaker lets one of ten parallel calls through"},
		{Clause: "C57", Needs: NeedsProbes | NeedsCalls, lane: laneOwn, probe: callerStatus,
			Explanation: "a failed call is 502, an open breaker 503, a call out of time 504"},
	}
}

func registryChecks() []Check {
	return []Check{
		{Clause: "C70", Needs: NeedsRegistry, lane: laneOwn, probe: registers,
			Explanation: "registers with EUREKA_URL once it is ready, with instanceId, vipAddress, port, lease and metadata"},
		{Clause: "C71", Needs: NeedsRegistry, lane: laneOwn, probe: renews,
			Explanation: "renews each 5 s, and registers again at once when a renewal is answered 404"},
		{Clause: "C72", Needs: NeedsRegistry, lane: laneOwn, probe: deadRegistry,
			Explanation: "runs on and is ready without a registry, and tries again each 2 s"},
		{Clause: "C73", Needs: NeedsRegistry, lane: laneOwn, probe: cancels,
			Explanation: "after SIGTERM it is not ready, then cancels before the drain, and never registers again"},
		{Clause: "C74", Needs: NeedsRegistry, lane: laneOwn, probe: advertises,
			Explanation: "every address that it registers is ADVERTISE_HOST, which EUREKA_URL requires"},
		{Clause: "C77", Needs: NeedsProbes | NeedsCalls | NeedsRegistry, lane: laneOwn, probe: looksUp,
			Explanation: "a call without CALL_<NAME>_URL goes in turn to the instances that the registry lists as UP; a dead one is left out, and the list outlives the registry"},
	}
}
