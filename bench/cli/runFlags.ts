import type { Flags } from './flags';

/** The flags of `dify-bench run`. */
export const RUN_FLAGS = {
	url: { value: 'URL', help: "Dify's base URL, such as https://api.dify.ai/v1 (or DIFY_BASE_URL)" },
	key: {
		value: 'KEY',
		help: 'API key of the app (better: DIFY_API_KEY, as others can see a command line)',
	},
	target: {
		value: 'KIND',
		help: 'dify (default), or n8n if --url is a webhook that streams its response',
	},
	query: { value: 'TEXT', help: 'message of each request' },
	queries: { value: 'FILE', help: 'JSON lines with query, inputs, files and user, sent in turn' },
	inputs: { value: 'JSON', help: 'values of the app variables' },
	user: { value: 'ID', help: 'end user (default dify-bench)' },
	mode: { value: 'MODE', help: 'streaming (default) or blocking' },
	conversation: {
		value: 'KIND',
		help: 'new (default), or chain: each user continues one conversation',
	},
	concurrency: { value: 'N', help: 'closed loop: number of concurrent requests (default 1)' },
	think: { value: 'TIME', help: 'closed loop: pause between two requests of a user' },
	rate: { value: 'N', help: 'open loop: requests per second, independent of the answers' },
	ramp: { value: 'N:M', help: 'open loop: from N to M requests per second over the duration' },
	arrival: { value: 'KIND', help: 'open loop: constant (default) or poisson' },
	requests: { value: 'N', help: 'number of requests (default 10)' },
	duration: { value: 'TIME', help: 'how long to start requests (instead of --requests)' },
	drain: {
		value: 'TIME',
		help: 'how long running answers may continue after the duration (default 30s)',
	},
	warmup: { value: 'N', help: 'unmeasured requests of each worker before the run (default 1)' },
	seed: { value: 'N', help: 'seed of the arrival schedule (default 1)' },
	workers: { value: 'N', help: 'number of measuring threads, or auto (default)' },
	engine: { value: 'NAME', help: 'dispatch (default), or autocannon as a cross-check' },
	'timeout-first': { value: 'TIME', help: 'until the first token (default 60s, 0 for none)' },
	'timeout-idle': {
		value: 'TIME',
		help: 'without data after the first token (default 60s, 0 for none)',
	},
	'timeout-total': { value: 'TIME', help: 'until the end of the answer (default 5m, 0 for none)' },
	stall: { value: 'TIME', help: 'longer gaps count toward stall.share (default 1s)' },
	goodput: {
		value: 'LIMIT',
		multiple: true,
		help: "limit for each good request, such as 'ttft < 800' (repeatable)",
	},
	assert: {
		value: 'LIMIT',
		multiple: true,
		help: "limit such as 'ttft.p95 < 800' or 'outcome.completed >= 99%' (repeatable)",
	},
	strict: { help: 'exit with 4 unless the measurement is VALID' },
	json: { value: 'FILE', help: 'write the result as JSON (- for stdout)' },
	html: { value: 'FILE', help: 'write a report as one HTML file' },
	junit: { value: 'FILE', help: 'write the assertions as JUnit XML' },
	markdown: {
		value: 'FILE',
		help: 'write a summary (also added to $GITHUB_STEP_SUMMARY if that is set)',
	},
	'include-queries': { help: 'include the text of the queries in the result' },
	'auto-generate-name': { help: 'let Dify generate a title for each conversation (default: no)' },
	insecure: { help: 'do not verify TLS certificates (every report mentions it)' },
	help: { help: 'show this help' },
} satisfies Flags;
