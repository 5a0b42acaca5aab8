import type { AnswerScript, Fault, Scenario } from '../../mock-dify';
import { difyErrorResponse, nginxErrorPage } from '../../mock-dify';
import { seededRandom } from '../load/arrivals';
import { UsageError } from '../usageError';

/** A fault of `dify-bench serve`, and how many of the answers have it. */
export interface FaultShare {
	fault: Fault;
	/** Share of the answers, 0 to 1. */
	share: number;
}

/** Faults with a number, such as `cut=5`. `unit` is what the number counts. */
const FAULTS_WITH_NUMBER: Readonly<
	Record<string, { unit: string; create: (number: number) => Fault }>
> = {
	cut: { unit: 'tokens', create: (afterTokens) => ({ kind: 'cut', afterTokens }) },
	reset: { unit: 'tokens', create: (afterTokens) => ({ kind: 'reset', afterTokens }) },
	stall: { unit: 'tokens', create: (afterTokens) => ({ kind: 'stall', afterTokens }) },
	errorEvent: {
		unit: 'tokens',
		create: (afterTokens) => ({
			kind: 'errorEvent',
			afterTokens,
			code: 'completion_request_error',
			status: 400,
			message: 'the model failed',
		}),
	},
	slowHeaders: { unit: 'ms', create: (ms) => ({ kind: 'slowHeaders', ms }) },
	openAfterEnd: { unit: 'ms', create: (ms) => ({ kind: 'openAfterEnd', ms }) },
	resplit: { unit: 'bytes', create: (bytes) => ({ kind: 'resplit', bytes }) },
	hugeDataLine: { unit: 'bytes', create: (bytes) => ({ kind: 'hugeDataLine', bytes }) },
	http: { unit: 'status', create: httpFault },
};

const FAULTS_WITHOUT_NUMBER: Readonly<Record<string, Fault>> = {
	crlf: { kind: 'lineEnds', with: '\r\n' },
	cr: { kind: 'lineEnds', with: '\r' },
	bom: { kind: 'bom' },
	comments: { kind: 'comments' },
	pingFirst: { kind: 'pingFirst' },
	pingOnly: { kind: 'pingOnly' },
	textInMessageFile: { kind: 'textInMessageFile' },
	missingMessageEnd: { kind: 'missingMessageEnd' },
	missingWorkflowFinished: { kind: 'missingWorkflowFinished' },
	blockingAsSse: { kind: 'blockingAsSse' },
	badJsonFrame: { kind: 'badJsonFrame' },
	unknownEvent: { kind: 'unknownEvent' },
	lineSeparators: { kind: 'lineSeparators' },
};

const NGINX_REASONS: Readonly<Record<number, string>> = {
	413: 'Request Entity Too Large',
	502: 'Bad Gateway',
	503: 'Service Unavailable',
	504: 'Gateway Time-out',
};

/** All faults with their syntax, for the help: `cut=TOKENS, …, crlf, …`. */
export const FAULT_NAMES = [
	...Object.entries(FAULTS_WITH_NUMBER).map(([name, { unit }]) => `${name}=${unit.toUpperCase()}`),
	...Object.keys(FAULTS_WITHOUT_NUMBER),
].join(', ');

/**
 * Parses a value of `--fault`: `cut=5`, `http=429` or `crlf`, optionally followed by the share of the
 * answers, such as `@20%`.
 *
 * @throws {UsageError} if there is no such fault, or its number is missing or unexpected
 */
export function parseFault(text: string): FaultShare {
	const [, name = '', number, percent = '100'] =
		/^(\w+)(?:=(\d+))?(?:@(\d+(?:\.\d+)?)%)?$/.exec(text.trim()) ?? [];
	const share = Number(percent) / 100;
	const withNumber = Object.hasOwn(FAULTS_WITH_NUMBER, name) ? FAULTS_WITH_NUMBER[name] : undefined;
	const withoutNumber = Object.hasOwn(FAULTS_WITHOUT_NUMBER, name)
		? FAULTS_WITHOUT_NUMBER[name]
		: undefined;
	if (withNumber !== undefined && number !== undefined) {
		return { fault: withNumber.create(Number(number)), share };
	}
	if (withoutNumber !== undefined && number === undefined) return { fault: withoutNumber, share };
	throw new UsageError(
		`--fault: '${text}' is not a fault. Use one of ${FAULT_NAMES}, optionally with a share such as @20%`,
	);
}

/**
 * Returns a function that creates the scenario of the next message. Every message gets the same script.
 * The seed decides which messages get which fault.
 */
export function createFaultyScenarios(
	script: AnswerScript,
	faults: readonly FaultShare[],
	seed: number,
): () => Scenario {
	const random = seededRandom(seed);
	return () => ({
		script,
		faults: faults.flatMap(({ fault, share }) => (random() < share ? [fault] : [])),
	});
}

function httpFault(status: number): Fault {
	if (status === 429) {
		return difyErrorResponse(
			429,
			'too_many_requests',
			'Too many requests. Please try again later.',
		);
	}
	// Dify answers 400 if an app has too many requests at a time (docs/dify-api.md#error-codes).
	if (status === 400) {
		return difyErrorResponse(
			400,
			'invalid_param',
			'Too many requests. Please try again later. The current maximum concurrent requests allowed for this app is 1.',
		);
	}
	return nginxErrorPage(status, NGINX_REASONS[status] ?? 'Error');
}
