/** What an app answers, and when. */
export interface AnswerScript {
	/** The answer, sent word by word after `tokens`. */
	text?: string;
	/** The tokens of the answer. */
	tokens?: Iterable<string> | (() => Iterable<string>);
	/** Time from the request to the first token, in ms. Default 0. */
	firstTokenMs?: number;
	/** The first token is sent only after this promise has settled. For tests that order requests. */
	startAfter?: Promise<unknown>;
	/** Time between two tokens, in ms. Default 0. */
	gapMs?: number;
	/** Number of token events in one write. Default 1, as in Dify. */
	tokensPerPacket?: number;
	/** Events sent before the answer. The ids of the run are added to them. */
	preamble?: Array<{ event: string; [key: string]: unknown }>;
	/**
	 * Texts of the `reasoning_chunk` events sent before the answer, as an LLM node with separated
	 * reasoning sends them. One more chunk with `is_final` follows the answer.
	 */
	reasoning?: string[];
	/** The steps of an agent before its answer. The last step belongs to the answer. */
	thoughts?: Array<{ thought?: string; tool?: string; tool_input?: string; observation?: string }>;
	/** New Agent only: text of the closing `message` event. By default, it is the whole answer. */
	closingText?: string;
	retrieverResources?: unknown[];
	/** `usage` of the metadata. By default it is computed from the number of tokens. */
	usage?: Record<string, unknown> | null;
	/** Fields of the `message_file` events, one object for each event. */
	files?: Array<Record<string, unknown>>;
	/** Default `succeeded`. */
	workflowStatus?: 'succeeded' | 'failed' | 'partial-succeeded' | 'stopped' | 'paused';
	workflowError?: string;
	/** `outputs` of the workflow. Default `{answer}`. */
	outputs?: Record<string, unknown>;
	/** Fields of the form that a paused run waits for. They override those of the recorded form. */
	form?: Record<string, unknown>;
}

/** A fault of one answer. `afterTokens: 2` sends two tokens before the fault occurs. */
export type Fault =
	/** Ends the stream cleanly without a terminal event. */
	| { kind: 'cut'; afterTokens: number }
	/** Resets the connection. */
	| { kind: 'reset'; afterTokens: number }
	/** Sends nothing more and keeps the connection open. */
	| { kind: 'stall'; afterTokens: number }
	/** Sends the response headers late. */
	| { kind: 'slowHeaders'; ms: number }
	/** Ends the stream with an `error` event. */
	| { kind: 'errorEvent'; afterTokens: number; code: string; status: number; message: string }
	/** Sends this HTTP response instead of an answer, such as a gateway's error page. */
	| {
			kind: 'http';
			status: number;
			contentType: string;
			body: string;
			headers?: Record<string, string>;
	  }
	/** Splits the stream into chunks of this size, even in the middle of a character. */
	| { kind: 'resplit'; bytes: number }
	/** Ends lines with CRLF or CR instead of LF. */
	| { kind: 'lineEnds'; with: '\r\n' | '\r' }
	/** Starts the stream with a byte order mark. */
	| { kind: 'bom' }
	/** Adds SSE comments around each event. */
	| { kind: 'comments' }
	/** Starts the stream with a ping. */
	| { kind: 'pingFirst' }
	/** Accepts the request and sends one ping and no events. */
	| { kind: 'pingOnly' }
	/** Sends a `node_finished` event with about this many bytes in one line. */
	| { kind: 'hugeDataLine'; bytes: number }
	/** Sends the answer as `message_file` events instead of `message` events. */
	| { kind: 'textInMessageFile' }
	/** Replaces the answer with this text, as output moderation does. */
	| { kind: 'messageReplace'; text: string; when?: 'before-end' | 'after-workflow-finished' }
	/**
	 * Answers with this text before the run starts, as input moderation does. A chatflow then has no
	 * workflow. See docs/dify-api.md#moderation.
	 */
	| { kind: 'moderatedInput'; text: string }
	| { kind: 'missingMessageEnd' }
	| { kind: 'missingWorkflowFinished' }
	/** Keeps the connection open for this long after the last event. */
	| { kind: 'openAfterEnd'; ms: number }
	/** Answers a blocking request with an event stream. */
	| { kind: 'blockingAsSse' }
	/** Redirects the request. The default status is 307. */
	| { kind: 'redirect'; to: string; status?: number }
	/** Sends a data line with invalid JSON after the first token. */
	| { kind: 'badJsonFrame' }
	/** Sends an event with a name that Dify does not use. */
	| { kind: 'unknownEvent' }
	/** Sends a token that contains U+2028, U+2029 and U+0085 unescaped. */
	| { kind: 'lineSeparators' };

/** What happens when one message is answered. */
export interface Scenario {
	script?: AnswerScript;
	faults?: Fault[];
	/** The rest of a paused run after its form was submitted. By default it repeats the submission. */
	resumed?: Scenario;
}

/** Returns the scenario's fault of this kind, if it has one. */
export function findFault<Kind extends Fault['kind']>(
	scenario: Scenario,
	kind: Kind,
): Extract<Fault, { kind: Kind }> | undefined {
	return scenario.faults?.find(
		(fault): fault is Extract<Fault, { kind: Kind }> => fault.kind === kind,
	);
}

/** Returns a fault that sends an error page of nginx, such as the one in front of Dify. */
export function nginxErrorPage(status: number, reason: string): Fault {
	const title = `${status} ${reason}`;
	return {
		kind: 'http',
		status,
		contentType: 'text/html',
		body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
	};
}

/** Returns a fault that sends an error response in Dify's format. */
export function difyErrorResponse(status: number, code: string, message: string): Fault {
	const body = `${JSON.stringify({ code, message, status })}\n`;
	return { kind: 'http', status, contentType: 'application/json', body };
}

/** Yields all tokens of a script's answer in order. */
export function* getTokens({ tokens, text }: AnswerScript): Generator<string> {
	if (tokens !== undefined) yield* typeof tokens === 'function' ? tokens() : tokens;
	if (text !== undefined) yield* text.match(/\s*\S+|\s+$/g) ?? [];
}
