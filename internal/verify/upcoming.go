package verify

import "slices"

// Upcoming returns the checks of clauses that no pack holds yet, in the order of the
// contract. They are proven by specimens; when the packs hold them they join Table.
func Upcoming() []Check {
	return slices.Concat(configChecks(), callMetricChecks(), traceChecks(), callChecks(), registryChecks())
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
		{Clause: "C46", Needs: NeedsProbes, lane: laneOwn, probe: traceIDs,
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
	}
}
