import type { ErrorSource } from '../../../protocol/errors/classify';
import { classifyError } from '../../../protocol/errors/classify';
import { RunAccumulator } from '../../../protocol/stream/accumulator';
import { selectAnswerFiles } from '../../../protocol/stream/answerFiles';
import { isBlockingBody, parseBlockingBody } from '../../../protocol/stream/blocking';
import { detectBodyFormat } from '../../../protocol/stream/bodyFormat';
import type { DifyEvent } from '../../../protocol/stream/events';
import type { RunResult } from '../../../protocol/stream/result';
import type { SseMessage } from '../../../protocol/stream/sseDecoder';
import { createSseDecoder } from '../../../protocol/stream/sseDecoder';

function decode(text: string): SseMessage[] {
	const messages: SseMessage[] = [];
	const decoder = createSseDecoder((message) => messages.push(message));
	decoder.push(Buffer.from(text));
	decoder.end();
	return messages;
}

function collect(events: object[]): RunResult {
	const accumulator = new RunAccumulator();
	for (const event of events) accumulator.push(event as DifyEvent);
	return accumulator.snapshot();
}

describe('stream: an error object without an event name', () => {
	it.each([
		[
			'of Dify',
			'data: {"code":"invalid_param","message":"city is required","status":400}',
			{ code: 'invalid_param', message: 'city is required', status: 400 },
		],
		[
			"under SSE's own event name",
			'event: error\ndata: {"code":"completion_request_error","message":"overloaded"}',
			{ code: 'completion_request_error', message: 'overloaded' },
		],
		["as text under SSE's own event name", 'event: error\ndata: busy', { message: 'busy' }],
		["as a JSON text under SSE's own name", 'event: error\ndata: "busy"', { message: 'busy' }],
		[
			'of a model server',
			'data: {"error":{"message":"no GPU","type":"server","code":503}}',
			{ code: '503', message: 'no GPU' },
		],
		['as text', 'data: {"error":"upstream timed out"}', { message: 'upstream timed out' }],
		['of Dify 1.8', 'data: {"errors":{"a":"b"},"message":"c"}', { message: 'c a: b' }],
	])('%s', (_, lines, expected) => {
		const [message] = decode(`${lines}\n\n`);
		expect(message).toEqual({
			ok: true,
			event: expect.objectContaining({ event: 'error', ...expected }),
		});
	});

	it.each([
		['has only a message', 'data: {"message":"upstream timed out"}', 'upstream timed out'],
		['has only a detail', 'data: {"detail":"Not authenticated"}', 'Not authenticated'],
		['has an answer', 'data: {"answer":"x","code":"y"}', undefined],
	])('an object that %s is malformed, and keeps its text', (_, lines, text) => {
		const [message] = decode(`${lines}\n\n`);
		expect(message).toMatchObject({ ok: false, reason: 'shape', ...(text && { text }) });
	});

	it("an event whose name is in SSE's own field is that event", () => {
		expect(decode('event: message\ndata: {"answer":"x"}\n\n')).toEqual([
			{ ok: true, event: { event: 'message', answer: 'x' } },
		]);
		expect(decode('event: ping\ndata: {}\n\n')).toEqual([{ ok: true, event: { event: 'ping' } }]);
	});
});

describe('stream and blocking body: values of another type', () => {
	it.each([
		['a number', 42, '42'],
		['zero', 0, '0'],
		['false', false, 'false'],
		['an object', { a: [1] }, '{"a":[1]}'],
		['null', null, ''],
	])('%s as the answer', (_, answer, expected) => {
		expect(collect([{ event: 'message', answer }, { event: 'message_end' }]).answer).toBe(expected);
		const outputs = { answer };
		const data = { id: 'w', status: 'succeeded', outputs };
		expect(collect([{ event: 'workflow_finished', data }]).answer).toBe(expected);
		const body: unknown = { answer, message_id: 'm' };
		if (!isBlockingBody(body)) throw new Error('the body is not recognized as a blocking body');
		expect(parseBlockingBody(body).answer).toBe(expected);
	});

	it('ids that are empty at first are taken later', () => {
		const empty = { conversation_id: '', message_id: '', task_id: '', workflow_run_id: '' };
		const later = { conversation_id: 'c', message_id: 'm', task_id: 't', workflow_run_id: 'w' };
		const result = collect([
			{ event: 'message', answer: 'x', ...empty },
			{ event: 'message_end', ...later },
		]);
		expect(result).toMatchObject({ conversation_id: 'c', message_id: 'm', task_id: 't' });
		expect(result.workflow?.id).toBe('w');
		const body = { answer: 'x', message_id: '', conversation_id: 7, mode: '', metadata: 'x' };
		expect(parseBlockingBody(body)).toMatchObject({
			message_id: undefined,
			conversation_id: undefined,
			mode: 'chat',
			metadata: { usage: null, retriever_resources: [] },
		});
	});

	it.each([
		['an object', { detail: 'boom' }, '{"detail":"boom"}'],
		['a list', ['boom'], '["boom"]'],
		['a number', 7, '7'],
		['null', null, ''],
	])('%s as the message of an error event and of a failed workflow', (_, message, expected) => {
		expect(collect([{ event: 'error', code: 7, status: '429', message }]).error).toEqual({
			code: '7',
			status: 429,
			message: expected,
			from: 'event',
		});
		const data = { id: 'w', status: 'failed', error: message };
		const { error } = collect([{ event: 'workflow_finished', data }]);
		expect(error?.message).toBe(expected);
	});
});

describe('classifyError: never throws', () => {
	const throwing = new Proxy(
		{},
		{
			get: () => {
				throw new Error('no');
			},
		},
	);
	const values = [undefined, null, 7, 'x', {}, [], true, Symbol('x'), 10n, throwing, () => 1];
	const sources: unknown[] = [...values];
	for (const from of [
		'http',
		'event',
		'workflow',
		'streamEnd',
		'truncatedBody',
		'timeout',
		'network',
		'x',
	]) {
		sources.push({ from });
		for (const field of [
			'status',
			'code',
			'message',
			'body',
			'contentType',
			'location',
			'seconds',
			'limit',
			'end',
		]) {
			for (const value of values) sources.push({ from, status: 302, [field]: value });
		}
	}

	it(`for ${sources.length} sources with values of any type`, () => {
		for (const source of sources) {
			const { kind, message, hint, code, status } = classifyError(source as ErrorSource);
			expect([typeof kind, typeof message, typeof hint]).toEqual(['string', 'string', 'string']);
			expect(message).not.toBe('');
			expect(message).not.toContain('[object Object]');
			expect(['string', 'undefined']).toContain(typeof code);
			expect(['number', 'undefined']).toContain(typeof status);
		}
	});

	it.each([
		['a message that is an object', { code: 'x', message: { detail: 'boom' } }],
		['errors that are objects', { errors: { a: { detail: 'boom' } } }],
		['an error that is an object', { error: { message: 'boom' } }],
		['a detail that is a list', { detail: [{ msg: 'boom' }] }],
	])('reads a body with %s', (_, body) => {
		const { message } = classifyError({
			from: 'http',
			status: 422,
			contentType: 'application/json',
			body: JSON.stringify(body),
		});
		expect(message).toContain('boom');
		expect(message).not.toContain('[object Object]');
	});

	it('an error under HTTP 200 has the status that its body states', () => {
		const body = '{"code":"not_found","message":"gone","status":404}';
		const source: ErrorSource = { from: 'http', status: 200, contentType: 'text/plain', body };
		expect(classifyError(source)).toMatchObject({ code: 'not_found', status: 404 });
	});
});

describe('detectBodyFormat', () => {
	it.each([
		['data:{"event"', 'eventStream'],
		['event: ping\n\n', 'eventStream'],
		[': comment', 'eventStream'],
		['\uFEFF\r\n\ndata: x', 'eventStream'],
		['id: 1\n', 'eventStream'],
		['{"answer"', 'document'],
		[' \n [', 'document'],
		['<!doctype html>', 'document'],
		['dat', undefined],
		['\n\n', undefined],
		['', undefined],
		['upstream request timeout', 'unknown'],
		['database error', 'unknown'],
		[' '.repeat(5_000), 'unknown'],
	])('%j is %s', (start, expected) => {
		expect(detectBodyFormat(start)).toBe(expected);
	});
});

describe('files of the answer', () => {
	const upload = { related_id: 'r', transfer_method: 'local_file', upload_file_id: 'u' };
	const remote = { related_id: 'r2', transfer_method: 'remote_url', remote_url: 'http://x/a.png' };
	const drawn = { related_id: 'r3', transfer_method: 'tool_file', url: 'http://x/b.png' };

	it('do not include the files that the user sent', () => {
		const end = { event: 'message_end', files: [upload, remote, drawn] };
		expect(collect([end]).files).toEqual([drawn]);
		expect(collect([{ ...end, files: [upload] }]).files).toEqual([]);
	});

	it('come from message_file events if message_end lists none', () => {
		const file = {
			event: 'message_file',
			id: 'r3',
			belongs_to: 'assistant',
			url: 'http://x/b.png',
		};
		const own = { event: 'message_file', id: 'r4', belongs_to: 'user', url: 'http://x/a.png' };
		const { event: _, ...expected } = file;
		for (const files of [null, [], [upload]]) {
			expect(collect([file, own, { event: 'message_end', files }]).files).toEqual([expected]);
		}
	});

	it('include a file that a message_file event announced, however Dify stored it', () => {
		const file = { event: 'message_file', id: 'r', belongs_to: 'assistant', url: 'http://x/b.png' };
		expect(collect([file, { event: 'message_end', files: [upload] }]).files).toEqual([upload]);
	});

	it('of a chatflow include the outputs of its nodes, but not the files it was started with', () => {
		const identity = { dify_model_identity: '__dify__file__' };
		const own = { ...identity, id: null, transfer_method: 'local_file', related_id: 'u' };
		const made = { ...identity, id: null, transfer_method: 'local_file', related_id: 'x' };
		const data = { id: 'w', inputs: { 'sys.files': [own], 'sys.query': 'look' } };
		const events = [
			{ event: 'workflow_started', workflow_run_id: 'w', data },
			{ event: 'message_end', files: [own, made] },
		];
		expect(collect(events).files).toEqual([made]);
	});

	it('of a stored message are those that belong to the assistant', () => {
		const stored = [
			{ ...upload, belongs_to: 'user' },
			{ ...upload, belongs_to: 'assistant' },
		];
		expect(selectAnswerFiles(stored)).toEqual([stored[1]]);
		for (const value of [null, undefined, 7, 'x', [null, 7]]) {
			expect(selectAnswerFiles(value)).toEqual([]);
		}
	});
});
