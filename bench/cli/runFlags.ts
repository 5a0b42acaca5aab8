import type { FlagDefinitions } from './flags';

/** The flags of `dify-bench run`. */
export const RUN_FLAGS = {
	url: {
		placeholder: 'URL',
		help: "Dify's base URL, such as https://api.dify.ai/v1 (or DIFY_BASE_URL)",
	},
	key: {
		placeholder: 'KEY',
		help: 'API key of the app (better: DIFY_API_KEY, as others can see a command line)',
	},
	target: {
		placeholder: 'KIND',
		help: 'dify (default), or n8n if --url is a webhook that streams its response',
	},
	query: { placeholder: 'TEXT', help: 'message of each request' },
	queries: {
		placeholder: 'FILE',
		help: 'JSON lines with query, inputs, files and user, sent in turn',
	},
	inputs: { placeholder: 'JSON', help: 'values of the app variables' },
	user: { placeholder: 'ID', help: 'end user (default dify-bench)' },
	mode: { placeholder: 'MODE', help: 'streaming (default) or blocking' },
	conversation: {
		placeholder: 'KIND',
		help: 'new (default), or chain: each user continues one conversation',
	},
	concurrency: { placeholder: 'N', help: 'closed loop: number of concurrent requests (default 1)' },
	think: { placeholder: 'TIME', help: 'closed loop: pause between two requests of a user' },
	rate: { placeholder: 'N', help: 'open loop: requests per second, independent of the answers' },
	ramp: {
		placeholder: 'N:M',
		help: 'open loop: from N to M requests per second over the duration',
	},
	arrival: { placeholder: 'KIND', help: 'open loop: constant (default) or poisson' },
	requests: { placeholder: 'N', help: 'number of requests (default 10)' },
	duration: { placeholder: 'TIME', help: 'how long to start requests (instead of --requests)' },
	drain: {
		placeholder: 'TIME',
		help: 'how long running answers may continue after the duration (default 30s)',
	},
	warmup: {
		placeholder: 'N',
		help: 'unmeasured requests of each worker before the run (default 1)',
	},
	seed: { placeholder: 'N', help: 'seed of the arrival schedule (default 1)' },
	workers: { placeholder: 'N', help: 'number of measuring threads, or auto (default)' },
	engine: { placeholder: 'NAME', help: 'dispatch (default), or autocannon as a cross-check' },
	'timeout-first': { placeholder: 'TIME', help: 'until the first token (default 60s, 0 for none)' },
	'timeout-idle': {
		placeholder: 'TIME',
		help: 'without data after the first token (default 60s, 0 for none)',
	},
	'timeout-total': {
		placeholder: 'TIME',
		help: 'until the end of the answer (default 5m, 0 for none)',
	},
	stall: { placeholder: 'TIME', help: 'longer gaps count toward stall.share (default 1s)' },
	goodput: {
		placeholder: 'LIMIT',
		multiple: true,
		help: "limit for each good request, such as 'ttft < 800' (repeatable)",
	},
	assert: {
		placeholder: 'LIMIT',
		multiple: true,
		help: "limit such as 'ttft.p95 < 800' or 'outcome.completed >= 99%' (repeatable)",
	},
	strict: { help: 'exit with 4 unless the measurement is VALID' },
	json: { placeholder: 'FILE', help: 'write the result as JSON (- for stdout)' },
	html: { placeholder: 'FILE', help: 'write a report as one HTML file' },
	junit: { placeholder: 'FILE', help: 'write the assertions as JUnit XML' },
	markdown: {
		placeholder: 'FILE',
		help: 'write a summary (also added to $GITHUB_STEP_SUMMARY if that is set)',
	},
	'include-queries': { help: 'include the text of the queries in the result' },
	'auto-generate-name': { help: 'let Dify generate a title for each conversation (default: no)' },
	insecure: { help: 'do not verify TLS certificates (every report mentions it)' },
	help: { help: 'show this help' },
} satisfies FlagDefinitions;
