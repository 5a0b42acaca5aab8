import type { RunError } from '../stream/result';

/** What is known of something that went wrong, as it was met. */
export type ErrorSource =
	| {
			/** Dify, or something in front of it, answered with another status than was hoped for. */
			from: 'http';
			status: number;
			contentType: string;
			/** The body, or its beginning: 16 KiB are enough for any of Dify's. */
			body: string;
			/** The `Location` header of a redirect. */
			location?: string;
	  }
	| ({ from: 'event' | 'workflow' } & RunError)
	/** The stream was over, or broke, before the run was. */
	| { from: 'stream'; end: 'ended' | 'broken'; hasBegun: boolean }
	/** The body of an answer other than a run's broke off. */
	| { from: 'body' }
	/** A limit of the caller's passed; `seconds` is that limit. */
	| { from: 'limit'; limit: 'idle' | 'total'; seconds: number; hasBegun: boolean }
	/** No answer at all: the code of Node's socket, DNS or TLS layer, such as ECONNREFUSED. */
	| { from: 'network'; code: string };

/** What rules match on: the evidence, with Dify's error body taken apart. */
export interface ParsedError {
	evidence: ErrorSource;
	status?: number;
	code?: string;
	/** Dify's own message; empty when there is none. */
	message: string;
	isHtml: boolean;
	isJson: boolean;
}

export interface ErrorRule {
	kind: string;
	when: (facts: ParsedError) => boolean;
	/** Where Dify's own message does not serve. */
	message?: (facts: ParsedError) => string;
	hint: string | ((facts: ParsedError) => string);
}
