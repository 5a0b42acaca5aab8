import { inspect } from 'node:util';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { ExecutionResult, N8nEngine } from '../n8n-engine';
import type { Corpus, Recorded } from './corpus';
import type { Finding } from './finding';
import type { FuzzResponse, FuzzScenario, FuzzServer } from './fuzzServer';
import { isObject, mutateBody, mutateStream, parseJson } from './mutate';
import { findWrongSuccess, quote, readStream } from './oracle';
import type { Random } from './random';

/** No execution may take longer. The node's own limits end it after a few seconds. */
const MAX_EXECUTION_MS = 30_000;
const IDLE_TIMEOUT_S = 1;

/** What one round does, and what may come out of it. */
export interface NodeRound {
	/** The recording and the changes. */
	input: string;
	apiKey: string;
	parameters: INodeParameters;
	streaming: boolean;
	onError?: 'continueRegularOutput' | 'continueErrorOutput';
	scenario: FuzzScenario;
	/** The response to POST /chat-messages. */
	main: FuzzResponse;
	isStream: boolean;
}

type NodeFinding = Pick<Finding, 'kind' | 'message' | 'input'>;

/** Runs one round through the node in n8n's engine, over a socket. Returns what it found. */
export async function runNodeRound(
	engine: N8nEngine,
	server: FuzzServer,
	round: NodeRound,
): Promise<NodeFinding | undefined> {
	const cancel = new AbortController();
	const execution = engine.run({
		parameters: round.parameters,
		credentials: { apiKey: round.apiKey, baseUrl: server.baseUrl(round.scenario) },
		streaming: round.streaming,
		onError: round.onError,
		cancel: cancel.signal,
	});
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<'hang'>((resolve) => {
		timer = setTimeout(() => resolve('hang'), MAX_EXECUTION_MS);
	});
	try {
		const result = await Promise.race([execution, timeout]);
		if (result === 'hang') {
			cancel.abort();
			const asked = round.scenario.requests.join(', ');
			const message = `no result after ${MAX_EXECUTION_MS / 1000} s; requests: ${asked.slice(0, 300)}`;
			return { kind: 'hang', message, input: round.input };
		}
		const found = checkExecution(result, round);
		return found && { ...found, input: round.input };
	} finally {
		clearTimeout(timer);
	}
}

/** Creates a round: parameters of 'Send Chat Message', and what the server answers. */
export function createNodeRound(random: Random, corpus: Corpus): NodeRound {
	const apiKey = `app-${Array.from({ length: 24 }, () => random.below(36).toString(36)).join('')}`;
	const isBlocking = random.chance(0.2);
	const kind = random.chance(0.12) ? 'errors' : isBlocking ? 'blocking' : 'streams';
	const recorded = random.pick(corpus[kind]);
	const isStream = kind === 'streams';
	const { bytes, changes } = (isStream ? mutateStream : mutateBody)(random, recorded.body);
	const body = random.chance(0.2) ? withKey(bytes, apiKey, changes) : bytes;
	const main = createResponse(random, recorded, body, changes);
	const sides = new Map<string, FuzzResponse>();
	const scenario: FuzzScenario = {
		requests: [],
		sent: [],
		respond: (endpoint) => {
			if (endpoint === 'POST /chat-messages') return main;
			const known = sides.get(endpoint) ?? createSideResponse(random, corpus, endpoint, recorded);
			sides.set(endpoint, known);
			return known;
		},
	};
	const options: Record<string, number | boolean> = { idleTimeout: IDLE_TIMEOUT_S };
	for (const name of ['recover', 'separateReasoning', 'includeEvents']) {
		if (random.chance(0.3)) options[name] = name !== 'recover';
	}
	const onError = random.pick([
		undefined,
		undefined,
		'continueRegularOutput',
		'continueErrorOutput',
	] as const);
	return {
		input: `${recorded.name}: ${changes.join(', ')}; connection: ${main.end}`,
		apiKey,
		parameters: {
			query: 'hello',
			responseMode: isBlocking ? 'blocking' : 'streaming',
			simplify: random.chance(0.5),
			options,
		},
		streaming: random.chance(0.3),
		onError,
		scenario,
		main,
		isStream,
	};
}

/** Returns what an execution shows that must not be, `undefined` for nothing. */
export function checkExecution(
	result: Pick<ExecutionResult, 'outputs' | 'error' | 'hints' | 'chunks'>,
	round: NodeRound,
): Omit<NodeFinding, 'input'> | undefined {
	const { outputs, error, hints, chunks } = result;
	const posts = round.scenario.requests.filter((endpoint) => endpoint === 'POST /chat-messages');
	if (posts.length !== 1) {
		return { kind: 'repeated message', message: `${posts.length} requests POST /chat-messages` };
	}
	const items = outputs.flat();
	const visible = inspect([items, error, hints, chunks], {
		depth: 20,
		maxArrayLength: null,
		maxStringLength: null,
		showHidden: true,
	});
	const leak = visible.indexOf(round.apiKey);
	if (leak !== -1) {
		return { kind: 'key leak', message: quote(visible.slice(Math.max(0, leak - 80), leak + 40)) };
	}
	if (error !== undefined) return findRawError(error.name ?? '', error.message);
	const [item] = items;
	if (items.length !== 1 || item === undefined) {
		return { kind: 'wrong success', message: `${items.length} items for one message` };
	}
	const { json } = item;
	if ('error' in json) {
		return typeof json.error === 'string'
			? findRawError('', json.error)
			: { kind: 'raw error', message: `the error of the item is ${quote(json.error)}` };
	}
	const message = findWrongItem(json, round);
	return message === undefined ? undefined : { kind: 'wrong success', message };
}

/** The messages of JavaScript's own errors. The node has a sentence of its own for each failure. */
const RAW_MESSAGE =
	/\b(?:Type|Range|Syntax|Reference)Error\b|Cannot (?:read|set|convert|destructure)|is not (?:a function|iterable|defined)|undefined|\[object |\bNaN\b|Unexpected token/;

function findRawError(name: string, message: string): Omit<NodeFinding, 'input'> | undefined {
	const isOfNode = ['', 'NodeApiError', 'NodeOperationError'].includes(name);
	if (isOfNode && message.trim() !== '' && !RAW_MESSAGE.test(message)) return undefined;
	return { kind: 'raw error', message: `${name}: ${quote(message)}` };
}

function findWrongItem(json: IDataObject, round: NodeRound): string | undefined {
	const { status, answer, recovered } = json;
	if (typeof answer !== 'string') return `the answer is ${quote(answer)}`;
	if (recovered === true) {
		// The answer was read elsewhere: in a stored message or in the resumed events.
		const sent = round.scenario.sent.some((body) => containsText(body, answer));
		return sent ? undefined : `the recovered answer ${quote(answer)} was never sent`;
	}
	// A byte order mark in front of JSON is legal to ignore.
	const body = parseJson(round.main.body.toString().replace(/^\ufeff/, ''));
	if (isObject(body)) {
		if (status === 'paused' || typeof body.answer !== 'string') return undefined;
		const isSame = body.answer === answer || /<\/?think/i.test(body.answer);
		return isSame ? undefined : `the answer is ${quote(answer)} instead of ${quote(body.answer)}`;
	}
	const reading = readStream(round.main.body);
	// 'Separate Reasoning' takes these parts out of the answer.
	const hasReasoning = /<\/?think/i.test(round.main.body.toString());
	return findWrongSuccess(
		{ status, answer },
		{ ...reading, hasOddText: reading.hasOddText || hasReasoning },
	);
}

/** Returns whether a JSON string of the body, or the text of its events, contains the text. */
function containsText(body: Buffer, text: string): boolean {
	if (text === '') return true;
	const plain = body.toString();
	if (plain.includes(JSON.stringify(text).slice(1, -1))) return true;
	const { answers, arrived } = readStream(body);
	return arrived.includes(text) || [...answers].some((answer) => answer.includes(text));
}

/** Puts the key into a text of the body, as a proxy does that shows the request. */
function withKey(bytes: Buffer, apiKey: string, changes: string[]): Buffer {
	const text = bytes.toString();
	const changed = text.replace(
		/("(?:message|code|error)": ?")/,
		(field) => `${field}Authorization: Bearer ${apiKey} `,
	);
	changes.push('the key in an error text');
	return Buffer.from(changed);
}

function createResponse(
	random: Random,
	{ status, contentType, version }: Recorded,
	body: Buffer,
	changes: string[],
): FuzzResponse {
	const type = random.chance(0.9)
		? contentType
		: random.pick(['', 'text/plain', 'TEXT/EVENT-STREAM', 'application/json', 'text/html']);
	if (type !== contentType) changes.push(`content type '${type}'`);
	return {
		status: random.chance(0.97) ? status : random.pick([200, 204, 302, 401, 404, 429, 500, 504]),
		headers: {
			...(type !== '' && { 'content-type': type }),
			...(version !== '' && { 'x-version': version }),
		},
		body,
		splits: Array.from({ length: random.below(8) }, () => random.below(body.length + 1)),
		end: random.pick(['end', 'end', 'end', 'destroy', 'hold']),
	};
}

/** What the requests get that the node sends besides the message: to recover, to stop, or to check. */
function createSideResponse(
	random: Random,
	corpus: Corpus,
	endpoint: string,
	{ version }: Recorded,
): FuzzResponse {
	const json = (body: unknown): Recorded => ({
		name: '',
		status: 200,
		contentType: 'application/json',
		version,
		body: Buffer.from(JSON.stringify(body)),
	});
	const recordedSide: Recorded =
		endpoint === 'GET /messages'
			? random.pick(corpus.messages)
			: endpoint === 'GET /parameters'
				? random.pick(corpus.parameters)
				: endpoint.endsWith('/events')
					? random.pick(corpus.streams)
					: json({ result: 'success' });
	const side = random.chance(0.2)
		? random.pick([
				json(null),
				json(7),
				json('x'),
				json([]),
				{ ...json({}), status: 204, body: Buffer.alloc(0) },
				random.pick(corpus.errors),
			])
		: recordedSide;
	const isStream = side.contentType.includes('event-stream');
	const { bytes } = (isStream ? mutateStream : mutateBody)(random, side.body);
	const body = random.chance(0.5) ? side.body : bytes;
	return createResponse(random, side, side.status === 204 ? Buffer.alloc(0) : body, []);
}
