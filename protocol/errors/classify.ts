import { RULES } from './rules';
import type { ErrorSource, ParsedError } from './errorRule';

export type { ErrorSource } from './errorRule';

/** A failure in Dify's words where it has some, and what to do about it. */
export interface DifyError {
	/** Names the rule that recognised it: stable, for branching. */
	kind: string;
	/** Dify's own code, such as `invalid_param`. */
	code?: string;
	/** The HTTP status, or the `status` of an error event, which comes under HTTP 200. */
	status?: number;
	message: string;
	/** What to do about it. */
	hint: string;
}

/** As much of a body as is read to learn what went wrong, in bytes. */
export const MAX_ERROR_BODY_BYTES = 16 * 1024;

/**
 * Tells what went wrong, from whatever is known of it. Never throws; what no rule knows keeps Dify's
 * own code and message.
 */
export function classifyError(evidence: ErrorSource): DifyError {
	const facts = factsOf(evidence);
	const rule = RULES.find((candidate) => candidate.when(facts));
	// The last rule takes everything.
	if (rule === undefined) throw new Error('the failure rules end with one that always matches');
	return {
		kind: rule.kind,
		code: facts.code,
		status: facts.status,
		message: rule.message === undefined ? facts.message : rule.message(facts),
		hint: typeof rule.hint === 'string' ? rule.hint : rule.hint(facts),
	};
}

function factsOf(evidence: ErrorSource): ParsedError {
	switch (evidence.from) {
		case 'http': {
			const error = parseErrorBody(evidence.body);
			return {
				evidence,
				// nginx and Flask answer with pages whose type may be missing or wrong.
				isHtml:
					/^\s*<(?:!doctype|html)/i.test(evidence.body) || /text\/html/i.test(evidence.contentType),
				isJson: error !== undefined,
				status: evidence.status,
				code: error?.code,
				message: error?.message ?? '',
			};
		}
		case 'event':
		case 'workflow': {
			const { code, status } = evidence;
			// Up to 1.12 the error after a failed workflow repeats the workflow's own, so prefixed.
			const message = evidence.message.replace(/^Run failed: /, '');
			return { evidence, code, status, message, isHtml: false, isJson: true };
		}
		case 'stream':
		case 'body':
		case 'limit':
		case 'network':
			return { evidence, message: '', isHtml: false, isJson: false };
		default:
			return evidence satisfies never;
	}
}

/**
 * Reads the three shapes that Dify's errors had: `{code, message, status}`; `{errors, message}` of
 * 1.8 to 1.10; `{code, message, params}` before (contract, section 8).
 */
function parseErrorBody(body: string): { code?: string; message: string } | undefined {
	let value: unknown;
	try {
		value = JSON.parse(body);
	} catch {
		return undefined;
	}
	if (typeof value !== 'object' || value === null) return undefined;
	const { code, message, errors, params } = value as Record<string, unknown>;
	const parts = [typeof message === 'string' ? message : ''];
	if (typeof errors === 'object' && errors !== null) {
		parts.push(...Object.entries(errors).map(([name, text]) => `${name}: ${String(text)}`));
	}
	if (typeof params === 'string') parts.push(`(${params})`);
	return {
		...(typeof code === 'string' && { code }),
		message: withoutRouteHelp(parts.filter((part) => part !== '').join(' ')),
	};
}

/** flask-restx adds its guess at the route to every 404 of Dify's: noise to who reads it. */
function withoutRouteHelp(message: string): string {
	return message.replace(/\s*You have requested this URI \[.*$/s, '');
}
