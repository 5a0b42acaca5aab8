import { isRecord, limitText, parseJson, toId, toNumber, toText } from '../text';
import { CHAT_RULES } from './chat';
import type { ErrorFields } from './errorBody';
import { readErrorFields, toCode, toStatus } from './errorBody';
import type { ErrorRule, ErrorSource, ParsedError } from './errorRule';
import { withSenderText } from './errorRule';
import { FILE_RULES } from './files';
import { ACCESS_RULES, GATEWAY_RULES } from './gateway';
import { RATE_LIMIT_RULES } from './rateLimit';
import { RUN_RULES } from './run';

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

/**
 * How much of an error body callers read and pass to {@link classifyError}, in bytes.
 * Dify's error bodies are shorter.
 */
export const MAX_ERROR_BODY_BYTES = 16 * 1024;

/** Longer messages are cut off. Dify's own messages have at most some hundred characters. */
const MAX_MESSAGE_LENGTH = 8 * 1024;
const MAX_CODE_LENGTH = 200;

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
 * Returns what went wrong and what to do about it. Never throws, whatever the source contains. An error
 * that no specific rule recognizes keeps Dify's own code and message.
 */
export function classifyError(source: ErrorSource): DifyError {
	try {
		return applyRules(parseError(source));
	} catch {
		return applyRules({ ...UNPARSED, source: BROKEN_SOURCE });
	}
}

/** What is known of an error that is not a text of Dify or of a gateway. */
const UNPARSED = { message: '', isHtml: false, isJson: false, isWorkflowFailure: false } as const;

/** Stands for a source that could not be read. The last rule describes it. */
const BROKEN_SOURCE: ErrorSource = { from: 'event', message: '' };

function applyRules(error: ParsedError): DifyError {
	const rule = RULES.find(({ matches }) => matches(error));
	if (rule === undefined) throw new Error('No error rule matched, but the last rule must match');
	return {
		kind: rule.kind,
		code: error.code,
		status: error.status,
		message: (rule.message?.(error) ?? error.message) || describeWithoutMessage(error),
		hint: typeof rule.hint === 'string' ? rule.hint : rule.hint(error),
	};
}

/** Returns the message of an error that has none: its status with its code, or with the begin of its body. */
function describeWithoutMessage(error: ParsedError): string {
	const { status, code } = error;
	const sentence = `Dify returned ${status ?? 'an error without a message'}`;
	return code === undefined ? withSenderText(sentence, error) : `${sentence}: ${code}`;
}

/** Parses a source. Texts are shortened before any rule looks at them: they can have any length. */
function parseError(source: ErrorSource): ParsedError {
	switch (source.from) {
		case 'http':
			return parseHttpError(source);
		case 'event':
		case 'workflow': {
			const status = toStatus(source.status);
			const texts = limitFields({ code: toCode(source.code), message: toText(source.message) });
			const isWorkflowFailure = source.from === 'workflow' || texts.isWorkflowFailure;
			return { ...UNPARSED, source, status, ...texts, isJson: true, isWorkflowFailure };
		}
		case 'network':
			return {
				...UNPARSED,
				source: { ...source, code: limitText(toText(source.code), MAX_MESSAGE_LENGTH) },
			};
		case 'timeout':
			return { ...UNPARSED, source: { ...source, seconds: toNumber(source.seconds) ?? 0 } };
		case 'streamEnd':
		case 'truncatedBody':
		case 'requestTimeout':
		case 'bodySize':
		case 'unexpectedBody':
			return { ...UNPARSED, source };
		default:
			source satisfies never;
			return { ...UNPARSED, source: BROKEN_SOURCE };
	}
}

function parseHttpError(source: Extract<ErrorSource, { from: 'http' }>): ParsedError {
	const status = toStatus(source.status);
	const contentType = limitText(toText(source.contentType), MAX_CODE_LENGTH);
	const location = toId(source.location);
	const text = toText(source.body);
	const fields = parseErrorBody(text);
	const body = limitText(text, MAX_MESSAGE_LENGTH);
	// An error under HTTP 200 has its status in the body.
	const isError = status === undefined || status >= 300;
	return {
		source: { from: 'http', status: status ?? 0, contentType, body, location },
		// nginx and Flask return error pages whose Content-Type may be missing or wrong.
		isHtml:
			/^<(?:!doctype|html)/i.test(body) ||
			(/text\/html/i.test(contentType) && fields === undefined),
		isJson: fields !== undefined,
		status: isError ? status : (fields?.status ?? status),
		...limitFields(fields ?? { message: '' }),
	};
}

/** Returns the fields of an error body, `undefined` if it is not a JSON object. */
function parseErrorBody(body: string): ErrorFields | undefined {
	const value = parseJson(body);
	return isRecord(value) ? readErrorFields(value) : undefined;
}

/** Dify <= 1.12 adds this prefix when it repeats the message of a failed workflow. */
const RUN_FAILED_PREFIX = 'Run failed: ';

/** Returns the texts of an error in the length that rules and users can handle, without Dify's additions. */
function limitFields({
	code,
	message,
}: ErrorFields): Pick<ParsedError, 'code' | 'message' | 'isWorkflowFailure'> {
	const text = limitText(removeRouteSuggestion(message), MAX_MESSAGE_LENGTH);
	const isWorkflowFailure = text.startsWith(RUN_FAILED_PREFIX);
	return {
		code: code === undefined ? undefined : limitText(code, MAX_CODE_LENGTH),
		message: isWorkflowFailure ? text.slice(RUN_FAILED_PREFIX.length) : text,
		isWorkflowFailure,
	};
}

/**
 * Removes the route suggestion that flask-restx appends to the message of each 404.
 * It does not help the user.
 */
function removeRouteSuggestion(message: string): string {
	const start = message.indexOf('You have requested this URI [');
	return start === -1 ? message : message.slice(0, start);
}
