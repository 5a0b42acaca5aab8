/** What an app answers, and when. */
export interface AnswerScript {
	/** The answer, sent word by word; `tokens` go before it. */
	text?: string;
	tokens?: Iterable<string> | (() => Iterable<string>);
	/** ms from the request to the first token. */
	firstTokenMs?: number;
	/** ms between tokens. */
	gapMs?: number;
	/** Events written at once; 1 by default, as Dify does. */
	tokensPerPacket?: number;
	/** Sent before the answer, envelope added. */
	preamble?: Array<{ event: string; [key: string]: unknown }>;
	/** `reasoning_chunk` events before the answer. */
	reasoning?: string[];
	/** Steps of an agent before its answer. */
	thoughts?: Array<{ thought?: string; tool?: string; tool_input?: string; observation?: string }>;
	retrieverResources?: unknown[];
	usage?: Record<string, unknown> | null;
	/** `message_file` events. */
	files?: Array<Record<string, unknown>>;
	workflowStatus?: 'succeeded' | 'failed' | 'partial-succeeded' | 'stopped' | 'paused';
	workflowError?: string;
	/** `outputs` of the workflow; the answer by default. */
	outputs?: Record<string, unknown>;
	/** The form that a paused run waits for; the recorded one's fields by default. */
	form?: Record<string, unknown>;
}

/** What goes wrong with one answer. Tokens are counted from 0; `afterTokens: 2` lets two through. */
export type Fault =
	/** The stream ends cleanly, without a terminal event. */
	| { kind: 'cut'; afterTokens: number }
	/** The connection is reset. */
	| { kind: 'reset'; afterTokens: number }
	/** Nothing more comes, and the connection stays open. */
	| { kind: 'stall'; afterTokens: number }
	| { kind: 'slowHeaders'; ms: number }
	| { kind: 'errorEvent'; afterTokens: number; code: string; status: number; message: string }
	/** Another answer altogether: a gateway's page, a limit. */
	| {
			kind: 'http';
			status: number;
			contentType: string;
			body: string;
			headers?: Record<string, string>;
	  }
	/** The bytes are sent in pieces of this size, whatever they belong to. */
	| { kind: 'resplit'; bytes: number }
	| { kind: 'lineEnds'; with: '\r\n' | '\r' }
	| { kind: 'bom' }
	| { kind: 'comments' }
	| { kind: 'pingFirst' }
	/** A chatflow that took the request and says nothing more. */
	| { kind: 'pingOnly' }
	/** A `node_finished` with a line of this many bytes. */
	| { kind: 'hugeDataLine'; bytes: number }
	| { kind: 'textInMessageFile' }
	| { kind: 'messageReplace'; text: string; when?: 'before-end' | 'after-workflow-finished' }
	| { kind: 'missingMessageEnd' }
	| { kind: 'missingWorkflowFinished' }
	/** The connection stays open for this long after the last event. */
	| { kind: 'openAfterEnd'; ms: number }
	| { kind: 'blockingAsSse' }
	| { kind: 'redirect'; to: string; status?: number }
	/** A data line that is no JSON, after the first token. */
	| { kind: 'badJsonFrame' }
	| { kind: 'unknownEvent' }
	/** U+2028, U+2029 and U+0085 raw inside a token. */
	| { kind: 'lineSeparators' };

export interface Scenario {
	script?: AnswerScript;
	faults?: Fault[];
	/** What a paused run goes on with once its form is filled in; by default what was filled in. */
	resumed?: Scenario;
}

/** The hazard of one kind, where the run has it. */
export function findFault<Kind extends Fault['kind']>(
	run: Scenario,
	kind: Kind,
): Extract<Fault, { kind: Kind }> | undefined {
	return run.faults?.find(
		(hazard): hazard is Extract<Fault, { kind: Kind }> => hazard.kind === kind,
	);
}

/** The page that Dify's nginx, or any, gives. */
export function nginxErrorPage(status: number, reason: string): Fault {
	const title = `${status} ${reason}`;
	return {
		kind: 'http',
		status,
		contentType: 'text/html',
		body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
	};
}

/** An answer with one of Dify's error bodies. */
export function difyErrorResponse(status: number, code: string, message: string): Fault {
	const body = `${JSON.stringify({ code, message, status })}\n`;
	return { kind: 'http', status, contentType: 'application/json', body };
}

/** All tokens of a script's answer, in order. */
export function* tokensOf({ tokens, text }: AnswerScript): Generator<string> {
	if (tokens !== undefined) yield* typeof tokens === 'function' ? tokens() : tokens;
	if (text !== undefined) yield* text.match(/\s*\S+|\s+$/g) ?? [];
}
