import type { RunError } from '../stream/result';
import { limitText } from '../text';

/** Where an error was noticed, with everything known about it. */
export type ErrorSource =
	| {
			/** Dify, or a proxy in front of it, returned an unexpected status or body. */
			from: 'http';
			status: number;
			contentType: string;
			/** The body, or its first `MAX_ERROR_BODY_BYTES`. */
			body: string;
			/** The `Location` header of a redirect. */
			location?: string;
	  }
	/** The stream reported the error: in an `error` event, or in a failed `workflow_finished`. */
	| ({ from: 'event' | 'workflow' } & RunError)
	/** The stream ended, or its connection broke, before the run was over. */
	| { from: 'streamEnd'; end: 'ended' | 'broken'; hasBegun: boolean }
	/** The connection broke inside a response body that is not an event stream. */
	| { from: 'truncatedBody' }
	/** A time limit of the caller expired. `seconds` is that limit. */
	| { from: 'timeout'; limit: 'idle' | 'total'; seconds: number; hasBegun: boolean }
	/** A request other than a run was not answered completely within `seconds`. */
	| { from: 'requestTimeout'; seconds: number }
	/** A response has more than `limitBytes` bytes. */
	| { from: 'bodySize'; limitBytes: number }
	/** A JSON response does not have the shape of its endpoint. `found` is the beginning of the JSON. */
	| { from: 'unexpectedBody'; endpoint: string; found: string }
	/**
	 * No response. `code` comes from Node's socket, DNS or TLS layer, for example ECONNREFUSED. `startsRun`
	 * says that the request starts a run, which may be in progress although there is no response.
	 */
	| { from: 'network'; code: string; startsRun?: boolean };

/** An error source and what was parsed from it. Rules match on this. */
export interface ParsedError {
	source: ErrorSource;
	status?: number;
	/** Dify's own error code. */
	code?: string;
	/** Dify's own message. Empty when there is none. */
	message: string;
	isHtml: boolean;
	isJson: boolean;
	/** Whether a node of a chatflow failed. `workflow_finished` or the prefix of the message shows it. */
	isWorkflowFailure: boolean;
}

/** Recognizes one kind of error and explains it to the user. */
export interface ErrorRule {
	kind: string;
	matches: (error: ParsedError) => boolean;
	/** Replaces Dify's own message. Default: Dify's message is used. */
	message?: (error: ParsedError) => string;
	/** Tells the user what to do. */
	hint: string | ((error: ParsedError) => string);
}

/** Returns a matcher for Dify's own message. */
export function messageMatches(pattern: RegExp): ErrorRule['matches'] {
	return ({ message }) => pattern.test(message);
}

/** Returns a matcher for Dify's own error code. */
export function hasCode(...codes: string[]): ErrorRule['matches'] {
	return ({ code }) => code !== undefined && codes.includes(code);
}

/** Returns a matcher for an HTML page with one of these HTTP statuses. */
export function isHtmlPage(...statuses: number[]): ErrorRule['matches'] {
	return ({ isHtml, status }) => isHtml && status !== undefined && statuses.includes(status);
}

/** Returns a matcher that matches when any of `matchers` does. */
export function anyOf(...matchers: Array<ErrorRule['matches']>): ErrorRule['matches'] {
	return (error) => matchers.some((matches) => matches(error));
}

/** Characters of a text that was not written by Dify. */
const MAX_SHOWN_LENGTH = 200;

/**
 * Returns what the sender of an error wrote, for users: its message, its text or the title of its web page.
 * Empty if there is no such text.
 */
export function senderText({ message, source, isHtml, isJson }: ParsedError): string {
	if (message !== '') return message;
	if (source.from !== 'http') return '';
	const text = isHtml ? (/<title>([^<]{1,200})/i.exec(source.body)?.[1] ?? '') : source.body;
	return isJson && /^\{\s*\}$/.test(text) ? '' : limitText(text, MAX_SHOWN_LENGTH);
}

/** Returns a sentence with the text of the sender after it, if there is one. */
export function withSenderText(sentence: string, error: ParsedError): string {
	const text = senderText(error);
	return text === '' ? sentence : `${sentence}: ${text}`;
}

/** Advice for responses that do not come from Dify's API. */
export const BASE_URL_HINT =
	"Check the credential's 'Base URL'. It must be the address of Dify's API, such as https://api.dify.ai/v1, not the address of Dify's web page.";
