import type { Fault } from '../../mock-dify';
import { nginxErrorPage, difyErrorResponse } from '../../mock-dify';
import { UsageError } from '../usageError';

/** Something that goes wrong, with a share of the answers. */
export interface Mishap {
	hazard: Fault;
	/** 0 to 1. */
	share: number;
}

type Make = (number: number) => Fault;

/** Hazards that take a number after an equals sign; `what` it counts. */
const COUNTED: Readonly<Record<string, { what: string; make: Make }>> = {
	cut: { what: 'tokens', make: (afterTokens) => ({ kind: 'cut', afterTokens }) },
	reset: { what: 'tokens', make: (afterTokens) => ({ kind: 'reset', afterTokens }) },
	stall: { what: 'tokens', make: (afterTokens) => ({ kind: 'stall', afterTokens }) },
	errorEvent: {
		what: 'tokens',
		make: (afterTokens) => ({
			kind: 'errorEvent',
			afterTokens,
			code: 'completion_request_error',
			status: 400,
			message: 'the model failed',
		}),
	},
	slowHeaders: { what: 'ms', make: (ms) => ({ kind: 'slowHeaders', ms }) },
	openAfterEnd: { what: 'ms', make: (ms) => ({ kind: 'openAfterEnd', ms }) },
	resplit: { what: 'bytes', make: (bytes) => ({ kind: 'resplit', bytes }) },
	hugeDataLine: { what: 'bytes', make: (bytes) => ({ kind: 'hugeDataLine', bytes }) },
	http: { what: 'status', make: httpHazard },
};

const PLAIN: Readonly<Record<string, Fault>> = {
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

const PAGES: Readonly<Record<number, string>> = {
	413: 'Request Entity Too Large',
	502: 'Bad Gateway',
	503: 'Service Unavailable',
	504: 'Gateway Time-out',
};

/** As the help lists them. */
export const HAZARD_NAMES = [
	...Object.entries(COUNTED).map(([name, { what }]) => `${name}=${what.toUpperCase()}`),
	...Object.keys(PLAIN),
].join(', ');

/**
 * Reads `--hazard cut=5`, `--hazard http=429`, `--hazard crlf`, each with `@20%` for a share of the
 * answers.
 *
 * @throws {UsageError}
 */
export function readMishap(text: string): Mishap {
	const [, name = '', number, percent = '100'] =
		/^(\w+)(?:=(\d+))?(?:@(\d+(?:\.\d+)?)%)?$/.exec(text.trim()) ?? [];
	const share = Number(percent) / 100;
	const counted = Object.hasOwn(COUNTED, name) ? COUNTED[name] : undefined;
	const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
	if (counted !== undefined && number !== undefined) {
		return { hazard: counted.make(Number(number)), share };
	}
	if (plain !== undefined && number === undefined) return { hazard: plain, share };
	throw new UsageError(
		`--hazard: '${text}' is none of ${HAZARD_NAMES}; '@20%' after it for a share`,
	);
}

function httpHazard(status: number): Fault {
	if (status === 429) {
		return difyErrorResponse(
			429,
			'too_many_requests',
			'Too many requests. Please try again later.',
		);
	}
	if (status === 400) {
		return difyErrorResponse(
			400,
			'invalid_param',
			'Too many requests. Please try again later. The current maximum concurrent requests allowed for this app is 1.',
		);
	}
	return nginxErrorPage(status, PAGES[status] ?? 'Error');
}
