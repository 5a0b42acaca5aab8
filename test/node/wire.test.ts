import type { ServerResponse } from 'node:http';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { ExecutionRequest, ExecutionResult } from '../../dev/n8n-engine';
import { bodyOf, headerOf, recording } from '../fixtures/recordings';
import type { Routes } from './handWrittenServer';
import {
	ENVELOPE,
	event,
	MESSAGE_ID,
	pause,
	withServer,
	workflowEvent,
	writeJson,
} from './handWrittenServer';
import { getItem } from './testBed';

/** Answers that Dify, its older versions and the gateways in front of it give, and mock-dify does not. */

type Answer = (response: ServerResponse, body: { response_mode?: string }) => Promise<void> | void;

/** Sends a message to a server whose answer to POST /chat-messages is `answer`. */
async function send(
	answer: Answer,
	parameters: INodeParameters = {},
	job: Partial<ExecutionRequest> = {},
): Promise<ExecutionResult> {
	const routes: Routes = {
		'POST /v1/chat-messages': async (response, _, body) =>
			await answer(response, JSON.parse(body) as Parameters<Answer>[1]),
		'POST /v1/files/upload': (response) => writeJson(response, { id: UPLOAD_ID }, 201),
	};
	return await withServer(routes, async (server) => await server.send(parameters, job));
}

const UPLOAD_ID = '00000008-1111-4222-8333-444444444444';
const message = (answer: unknown, fields: IDataObject = {}): string =>
	event('message', { answer: answer as string, ...fields });
const messageEnd = (fields: IDataObject = {}): string =>
	event('message_end', { metadata: { usage: { total_tokens: 18 } }, ...fields });
const finished = (answer: string): string =>
	workflowEvent('workflow_finished', { status: 'succeeded', outputs: { answer } });
const replace = (answer: string): string =>
	event('message_replace', { answer, reason: 'output_moderation' });

/** Answers with pieces of a stream, and waits between them where a number says so. */
function stream(pieces: ReadonlyArray<string | number>, headers: object = {}): Answer {
	return async (response) => {
		response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
		for (const piece of pieces) {
			if (typeof piece === 'number') await pause(piece);
			else response.write(piece);
		}
		response.end();
	};
}

describe('send: moderation and the end of a run', () => {
	it.each([['1.12.1'], [undefined]])(
		'waits for the replaced text and the usage that come after workflow_finished, version %s',
		async (version) => {
			const outcome = await send(
				stream(
					[
						workflowEvent('workflow_started') + message('secret') + finished('secret'),
						900,
						replace('I cannot say that.'),
						300,
						messageEnd(),
					],
					version === undefined ? {} : { 'x-version': version },
				),
				{ simplify: false },
			);
			const item = getItem(outcome);
			expect(item).toMatchObject({
				answer: 'I cannot say that.',
				status: 'completed',
				metadata: { usage: { total_tokens: 18 } },
			});
			expect(JSON.stringify(item)).not.toContain('secret');
		},
	);

	it('keeps an answer that was replaced by nothing empty', async () => {
		const pieces = [workflowEvent('workflow_started'), message('secret'), replace('')];
		const outcome = await send(stream([...pieces, messageEnd(), finished('secret')]));
		expect(getItem(outcome)).toMatchObject({ answer: '', status: 'completed' });
	});

	it('takes the error code that Dify 1.12 sends after a failed workflow', async () => {
		const failed = workflowEvent('workflow_finished', { status: 'failed', error: 'node broke' });
		const error = event('error', {
			code: 'invalid_param',
			message: 'Run failed: node broke',
		});
		const { error: thrown } = await send(
			stream([workflowEvent('workflow_started') + failed, 300, error], { 'x-version': '1.12.1' }),
		);
		expect(thrown?.context?.data).toMatchObject({ code: 'invalid_param' });
	});

	it('is over at message_end of moderated input, whatever follows (Dify 1.15 and later)', async () => {
		const noise = workflowEvent('workflow_finished', {
			status: 'failed',
			error: 'no terminal event',
		});
		const usage = { total_tokens: 0, time_to_first_token: 0.011 };
		const pieces = [
			'event: ping\n\n',
			message('Refused.', { from_variable_selector: [] }),
			messageEnd({ metadata: { usage } }) + workflowEvent('workflow_started') + noise,
		];
		const outcome = await send(stream(pieces, { 'x-version': '1.16.0' }));
		expect(getItem(outcome)).toMatchObject({
			answer: 'Refused.',
			status: 'completed',
			mode: 'advanced-chat',
		});
	});
});

describe('send: reads a body as what it shows', () => {
	it.each([
		['text/plain; charset=utf-8'],
		['application/octet-stream'],
		['application/json'],
		['Text/Event-Stream'],
		['text/html; charset=UTF-8'],
		[undefined],
	])('a stream with the content type %s', async (contentType) => {
		const outcome = await send((response) => {
			response.writeHead(200, contentType === undefined ? {} : { 'content-type': contentType });
			response.write(`\n${message('Hel')}`.slice(0, 4));
			setImmediate(() =>
				response.end(`\n${message('Hel')}`.slice(4) + message('lo') + messageEnd()),
			);
		});
		expect(getItem(outcome)).toMatchObject({ answer: 'Hello', status: 'completed' });
	});

	it.each([['text/event-stream'], ['text/plain'], [undefined]])(
		'a blocking answer with the content type %s',
		async (contentType) => {
			const outcome = await send((response) => {
				response.writeHead(200, contentType === undefined ? {} : { 'content-type': contentType });
				response.end(JSON.stringify({ ...ENVELOPE, mode: 'chat', answer: 'Hello' }));
			});
			expect(getItem(outcome)).toMatchObject({ answer: 'Hello', message_id: MESSAGE_ID });
		},
	);

	it('a web page in place of the stream is reported as a web page', async () => {
		const { error } = await send((response) => {
			response.writeHead(200, { 'content-type': 'text/event-stream' }).end('<!doctype html><p>x');
		});
		expect(error?.message).toContain('returned a web page');
	});
});

describe('send: the reason of a failure', () => {
	it.each([
		['data: {"code":"invalid_param","message":"city is missing","status":400}', 'city is missing'],
		['event: error\ndata: {"code":"x","message":"model overloaded"}', 'model overloaded'],
		['event: error\ndata: busy', 'busy'],
		['data: {"error":{"message":"no GPU"}}', 'no GPU'],
		['data: {"message":"upstream timed out"}', 'upstream timed out'],
	])('is read from %s', async (lines, expected) => {
		const { error } = await send(stream([`${lines}\n\n`]));
		expect(error?.message).toContain(expected);
	});

	it('is the JSON of an error that is an object', async () => {
		const error = event('error', { code: 7, message: { detail: 'boom' } });
		expect((await send(stream([message('par'), error]))).error?.message).toContain('boom');
		const failed = workflowEvent('workflow_finished', {
			status: 'failed',
			error: { detail: 'boom' },
		});
		expect((await send(stream([failed]))).error?.message).toContain('boom');
	});

	it('keeps its words after 256 KB of spaces', async () => {
		const text = `${' '.repeat(256 * 1024)}node broke`;
		const failed = workflowEvent('workflow_finished', { status: 'failed', error: text });
		expect((await send(stream([failed]))).error?.message).toMatch(/^node broke/);
	});
});

describe('send: the item', () => {
	it.each([[false], [true]])(
		'says that parts of the stream were lost, simplify %s',
		async (simplify) => {
			const pieces = [
				message('a'),
				'data: {oops\n\n',
				message('b'),
				messageEnd(),
				'data: [DONE]\n\n',
			];
			const outcome = await send(stream(pieces), { simplify });
			const item = getItem(outcome);
			const warning = "Skipped 1 message of Dify's stream that could not be read";
			expect(item).toMatchObject({ answer: 'ab', status: 'completed', warnings: [warning] });
			if (simplify) expect(Object.keys(item)).toHaveLength(10);
			expect(outcome.hints).toHaveLength(1);
			expect(outcome.hints[0]?.message).toContain(warning);
		},
	);

	it("does not take OpenAI's end marker for a loss", async () => {
		const outcome = await send(stream([message('a'), 'data: [DONE]\n\n', messageEnd()]));
		expect(getItem(outcome)).not.toHaveProperty('warnings');
		expect(outcome.hints).toEqual([]);
	});

	it('has the same files in both response modes: not those that the user sent', async () => {
		const upload = {
			related_id: 'r',
			transfer_method: 'local_file',
			upload_file_id: UPLOAD_ID,
			url: 'http://x/a.png',
		};
		const drawn = { ...upload, transfer_method: 'tool_file', upload_file_id: 'd' };
		const files = { file: [{ source: 'binary', binaryPropertyName: 'data', type: 'auto' }] };
		const data = { data: 'eA==', mimeType: 'image/png', fileName: 'a.png' };
		const items = [{ json: {}, binary: { data } }];
		const answer =
			(sent: object[]): Answer =>
			async (response, { response_mode }) => {
				if (response_mode === 'streaming') {
					await stream([message('a cat'), messageEnd({ files: sent })])(response, {});
					return;
				}
				response.writeHead(200, { 'content-type': 'application/json' });
				response.end(JSON.stringify({ ...ENVELOPE, mode: 'chat', answer: 'a cat' }));
			};
		const filesOf = async (responseMode: string, sent: object[]): Promise<unknown> =>
			getItem(await send(answer(sent), { responseMode, files }, { items })).files;
		expect(await filesOf('blocking', [upload])).toEqual([]);
		expect(await filesOf('streaming', [upload])).toEqual([]);
		expect(await filesOf('streaming', [upload, drawn])).toEqual([drawn]);
	});

	it('has the same reasoning in both response modes', async () => {
		const metadata = { usage: null, reasoning: { llm: 'First.\nThen.' } };
		const chunk = event('reasoning_chunk', {
			data: { reasoning: '\nFirst.\nThen.\n', node_id: 'llm', is_final: true },
		});
		const streamed = await send(stream([chunk, message('x'), messageEnd({ metadata })]), {
			simplify: false,
		});
		const blocking = await send(
			(response) => {
				response.writeHead(200, { 'content-type': 'application/json' });
				response.end(JSON.stringify({ ...ENVELOPE, mode: 'chat', answer: 'x', metadata }));
			},
			{ simplify: false, responseMode: 'blocking' },
		);
		for (const outcome of [streamed, blocking]) {
			expect(getItem(outcome).reasoning).toBe('First.\nThen.');
		}
	});

	it('keeps an answer that is a number or an object', async () => {
		expect(getItem(await send(stream([message(42), messageEnd()]))).answer).toBe('42');
		expect(getItem(await send(stream([message({ a: 1 }), messageEnd()]))).answer).toBe('{"a":1}');
	});

	it('takes inputs that an expression returns as nothing for no inputs', async () => {
		const inputs = { inputsMode: 'json', inputsJson: '={{ $json.inputs }}' };
		expect(getItem(await send(stream([message('x'), messageEnd()]), inputs)).answer).toBe('x');
	});
});

describe('send: text for a streaming client', () => {
	const textOf = ({ chunks }: ExecutionResult): string =>
		chunks.map(({ type, content }) => (type === 'item' ? content : '')).join('');

	it('contains the answer of a New Agent once', async () => {
		const part = (answer: string): string => event('agent_message', { answer });
		const closing = message('one two', { from_variable_selector: [] });
		const outcome = await send(
			stream([part('one '), part('two'), closing, messageEnd()], { 'x-version': '1.16.0' }),
			{},
			{ streaming: true },
		);
		expect(getItem(outcome)).toMatchObject({ answer: 'one two', mode: 'agent' });
		expect(textOf(outcome)).toBe('one two');
	});

	it.each([
		['a partial tag at the end', '<think>a</think>b <thi', 'b <thi'],
		['nested blocks', '<think>a <think>b</think> c</think>\n\n  Final', '  Final'],
		['a block that another one left open', '<think>a <think>b</think>Final', 'Final'],
	])('is the same as the answer with %s', async (_, answer, expected) => {
		const outcome = await send(
			stream([...[...answer].map((piece) => message(piece)), messageEnd()]),
			{ options: { separateReasoning: true } as IDataObject as INodeParameters },
			{ streaming: true },
		);
		expect(getItem(outcome).answer).toBe(expected);
		expect(textOf(outcome)).toBe(expected);
	});
});

it('send: a recorded moderated chatflow gives the replaced text and its mode', async () => {
	const recorded = recording('1.14.2', 'c25_flow_stream_output_moderation');
	const outcome = await send((response) => {
		response.writeHead(200, { 'content-type': headerOf(recorded, 'content-type') });
		response.end(bodyOf(recorded));
	});
	expect(getItem(outcome)).toMatchObject({
		answer: 'Output replaced by preset.',
		mode: 'advanced-chat',
	});
});
