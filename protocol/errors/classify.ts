import { CHAT_RULES } from './chat';
import type { ErrorRule, ErrorSource, ParsedError } from './errorRule';
import { FILE_RULES } from './files';
import { ACCESS_RULES, GATEWAY_RULES } from './gateway';
import { RATE_LIMIT_RULES } from './rateLimit';
import { RUN_FAILED_PREFIX, RUN_RULES } from './run';

export type { ErrorSource } from './errorRule';

/** An error in Dify's own words where Dify gave any, and what to do about it. */
export interface DifyError {
	/** The rule that recognized the error. Stable, so that callers can branch on it. */
	kind: string;
	/** Dify's own code, such as `invalid_param`. */
	code?: string;
	/** The HTTP status, or the `status` of an error event, which arrives under HTTP 200. */
	status?: number;
	message: string;
	/** What the user can do about it. */
	hint: string;
}

/** How much of an error body callers read and pass to {@link classifyError}, in bytes. Dify's error bodies are shorter. */
export const MAX_ERROR_BODY_BYTES = 16 * 1024;

/**
 * All known errors. The first rule that matches decides, so the order matters: a rate limit is
 * recognized before the HTML page that reports it, for example. The last rule matches everything.
 */
const RULES: readonly ErrorRule[] = [
	...ACCESS_RULES,
	...RATE_LIMIT_RULES,
	...GATEWAY_RULES,
	...CHAT_RULES,
	...FILE_RULES,
	...RUN_RULES,
];

/**
 * Returns what went wrong and what to do about it. Accepts any source without throwing. An error
 * that no specific rule recognizes keeps Dify's own code and message.
 */
export function classifyError(source: ErrorSource): DifyError {
	const error = parseError(source);
	const rule = RULES.find(({ matches }) => matches(error));
	if (rule === undefined) throw new Error('No error rule matched, but the last rule must match');
	return {
		kind: rule.kind,
		code: error.code,
		status: error.status,
		message: rule.message === undefined ? error.message : rule.message(error),
		hint: typeof rule.hint === 'string' ? rule.hint : rule.hint(error),
	};
}

function parseError(source: ErrorSource): ParsedError {
	switch (source.from) {
		case 'http': {
			const { status, contentType } = source;
			const body = parseErrorBody(source.body);
			return {
				source,
				// nginx and Flask return error pages whose Content-Type may be missing or wrong.
				isHtml: /^\s*<(?:!doctype|html)/i.test(source.body) || /text\/html/i.test(contentType),
				isJson: body !== undefined,
				status,
				code: body?.code,
				message: body?.message ?? '',
			};
		}
		case 'event':
		case 'workflow': {
			const { code, status } = source;
			const message = source.message.replace(RUN_FAILED_PREFIX, '');
			return { source, code, status, message, isHtml: false, isJson: true };
		}
		case 'streamEnd':
		case 'truncatedBody':
		case 'timeout':
		case 'network':
			return { source, message: '', isHtml: false, isJson: false };
		default:
			return source satisfies never;
	}
}

/**
 * Parses Dify's error body. Dify has used three shapes: `{code, message, status}`, `{errors, message}`
 * (1.8 to 1.10) and `{code, message, params}` (before 1.8), see docs/dify-api.md#error-bodies.
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
		message: removeRouteSuggestion(parts.filter((part) => part !== '').join(' ')),
	};
}

/** Removes the route suggestion that flask-restx appends to the message of each 404. It does not help the user. */
function removeRouteSuggestion(message: string): string {
	return message.replace(/\s*You have requested this URI \[.*$/s, '');
}
