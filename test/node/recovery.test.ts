import type { ExecutionResult } from '../../dev/n8n-engine';
import type { DifyVersion, Fault, Scenario } from '../../mock-dify';
import type { TestBed } from './testBed';
import { getItem, getStreamedText, startTestBed, waitUntil, withTestBed } from './testBed';

/**
 * Recovery of a chatflow's answer after its connection broke: from the run's events since Dify 1.14, from
 * the stored message before (docs/dify-api.md#recovery). The message is sent once, and no text is
 * streamed twice.
 */

const TEXT = 'one two three four';
const CHATFLOW = 'flow-plain';
const BROKEN_CONNECTIONS: Array<[string, Fault]> = (['cut', 'reset'] as const).flatMap((kind) => [
	[`${kind} before the text`, { kind, afterTokens: 0 }],
	[`${kind} in the middle of the text`, { kind, afterTokens: 2 }],
	[`${kind} after the text`, { kind, afterTokens: 4 }],
]);

const VERSIONS: Array<[DifyVersion, 'events' | 'messages']> = [
	['1.14', 'events'],
	['1.15', 'events'],
	['1.16', 'events'],
	['1.17', 'events'],
	['1.13.1', 'messages'],
	['1.13.0', 'messages'],
];

/**
 * Sends a message in an execution that streams. Checks that the message is sent once, and that the
 * streamed text is the answer of the item.
 *
 * @returns the result, and the paths of the requests after the message, with `ID` for each id
 */
async function send(
	{ dify, send: sendMessage }: TestBed,
	scenario: Scenario,
): Promise<{ result: ExecutionResult; recoveryPaths: string[] }> {
	dify.enqueue(CHATFLOW, scenario);
	const result = await sendMessage(CHATFLOW, { simplify: false }, { streaming: true });
	expect(dify.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	expect(getStreamedText(result)).toBe(getItem(result).answer);
	const paths = dify.requests.map(({ path }) => path.replace(/[0-9a-f-]{36}/, 'ID'));
	return { result, recoveryPaths: paths.slice(1) };
}

it.concurrent.each(
	VERSIONS.flatMap(([version, source]) =>
		BROKEN_CONNECTIONS.map(([name, fault]) => [version, source, name, fault] as const),
	),
)(
	'recovery %s from %s: returns the whole answer after a %s',
	async (version, source, _, fault) =>
		await withTestBed({ version, lingerMs: 20 }, async (testBed) => {
			const retrieverResources = [{ position: 1, content: 'a source' }];
			const script = { text: TEXT, gapMs: 60, retrieverResources };
			const { result, recoveryPaths } = await send(testBed, { script, faults: [fault] });
			expect(getItem(result)).toMatchObject({
				answer: TEXT,
				status: 'completed',
				recovered: true,
				metadata: { retriever_resources: retrieverResources },
				...(source === 'events' && {
					workflow: { status: 'succeeded', outputs: { answer: TEXT } },
				}),
			});
			expect(new Set(recoveryPaths)).toEqual(new Set(['/v1/workflow/ID/events', '/v1/messages']));
			// The stream of events ends with the run, so the node does not have to poll. Since Dify 1.15 it can be silent.
			if (version === '1.14') expect(recoveryPaths).toHaveLength(2);
		}),
);

it.concurrent.each(VERSIONS)(
	'recovery %s from %s: sends no request if the end of the run has already arrived',
	async (version) =>
		await withTestBed({ version, lingerMs: 20 }, async (testBed) => {
			const faults: Fault[] = [{ kind: 'missingMessageEnd' }];
			const { result, recoveryPaths } = await send(testBed, { script: { text: TEXT }, faults });
			expect(getItem(result)).not.toHaveProperty('recovered');
			expect(recoveryPaths).toEqual([]);
		}),
);

describe('recovery 1.14:', () => {
	let testBed: TestBed;

	beforeAll(async () => {
		testBed = await startTestBed({ version: '1.14', lingerMs: 20 });
	});

	afterAll(async () => {
		await testBed.dify.close();
	});

	const cut: Fault = { kind: 'cut', afterTokens: 2 };

	it('returns the whole answer of a run that ended before the recovery began', async () => {
		testBed.dify.enqueue(CHATFLOW, {
			script: { text: TEXT, retrieverResources: [{ position: 1 }] },
			faults: [cut],
		});
		expect(getItem(await testBed.send(CHATFLOW))).toMatchObject({
			answer: TEXT,
			recovered: true,
			retriever_resources: [{ position: 1 }],
			conversation_id: expect.any(String),
		});
	});

	it.each([0, 60])('returns the form of a run that pauses (%i ms per token)', async (gapMs) => {
		testBed.dify.enqueue(CHATFLOW, {
			script: { text: TEXT, gapMs, workflowStatus: 'paused' },
			faults: [cut],
		});
		expect(getItem(await testBed.send(CHATFLOW))).toMatchObject({
			answer: TEXT,
			status: 'paused',
			human_input: [{ form_token: expect.any(String) }],
			workflow_run_id: expect.any(String),
			recovered: true,
		});
	});

	it.each([0, 60])(
		'reports the error and the partial answer of a run that fails (%i ms per token)',
		async (gapMs) => {
			testBed.dify.enqueue(CHATFLOW, {
				script: { text: TEXT, gapMs, workflowStatus: 'failed', workflowError: 'node broke' },
				faults: [cut],
			});
			const { outputs } = await testBed.send(CHATFLOW, {}, { onError: 'continueRegularOutput' });
			expect(outputs[0]?.[0]?.json).toMatchObject({
				error: 'node broke',
				status: 'failed',
				answer: TEXT,
			});
		},
	);

	it('returns the replacement if moderation replaces the answer during the recovery', async () => {
		testBed.dify.enqueue(CHATFLOW, {
			script: { text: TEXT, gapMs: 60 },
			faults: [cut, { kind: 'messageReplace', text: 'I will not say.' }],
		});
		const result = await testBed.send(CHATFLOW, {}, { streaming: true });
		expect(getItem(result)).toMatchObject({ answer: 'I will not say.', recovered: true });
		expect(getStreamedText(result)).toBe('one two\n\nI will not say.');
	});

	it('separates the reasoning from the recovered answer', async () => {
		testBed.dify.enqueue(CHATFLOW, {
			script: { tokens: ['<think>I ', 'ponder.</think>', 'Forty', '-two'], gapMs: 60 },
			faults: [{ kind: 'cut', afterTokens: 3 }],
		});
		const parameters = { simplify: false, options: { separateReasoning: true } };
		const result = await testBed.send(CHATFLOW, parameters, { streaming: true });
		expect(getItem(result)).toMatchObject({ answer: 'Forty-two', reasoning: 'I ponder.' });
		expect(getStreamedText(result)).toBe('Forty-two');
	});

	it('stops the run on Dify if the execution is canceled during the recovery', async () => {
		const cancel = new AbortController();
		testBed.dify.enqueue(CHATFLOW, { script: { text: TEXT, gapMs: 1_000 }, faults: [cut] });
		const running = testBed.send(CHATFLOW, {}, { cancel: cancel.signal });
		const getLastPath = (): string => testBed.dify.requests.at(-1)?.path ?? '';
		await waitUntil(() => getLastPath().endsWith('/events'));
		cancel.abort();
		await running;
		await waitUntil(() => getLastPath().endsWith('/stop'));
	});
});
