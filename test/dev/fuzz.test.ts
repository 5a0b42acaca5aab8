import type { ExecutionResult } from '../../dev/n8n-engine';
import { loadCorpus } from '../../dev/fuzz/corpus';
import { mutateBody, mutateStream } from '../../dev/fuzz/mutate';
import type { NodeRound } from '../../dev/fuzz/nodeTarget';
import { checkExecution, createNodeRound } from '../../dev/fuzz/nodeTarget';
import { findWrongSuccess, readStream } from '../../dev/fuzz/oracle';
import { Random } from '../../dev/fuzz/random';
import { fuzz, TARGETS } from '../../dev/fuzz/run';

const stream = (...events: object[]): Buffer =>
	Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
const said = { event: 'message', answer: 'Yes' };
const end = { event: 'message_end' };

describe('fuzz: the oracle', () => {
	it.each([
		['a run without an end', stream(said), 'completed', 'Yes', 'no end'],
		['a paused run without an end', stream(said), 'paused', 'Yes', 'no end'],
		[
			'an end whose last line is cut',
			stream(said, end).subarray(0, -1),
			'completed',
			'Yes',
			'no end',
		],
		['another answer', stream(said, end), 'completed', 'Ye', 'instead of "Yes"'],
		[
			'the text before it was replaced',
			stream(said, { event: 'message_replace', answer: 'No' }, end),
			'completed',
			'YesNo',
			'instead of "No"',
		],
		[
			'a failed workflow',
			stream(said, { event: 'workflow_finished', data: { status: 'failed' } }),
			'completed',
			'Yes',
			'it failed',
		],
	])('reports a success with %s', (_, bytes, status, answer, message) => {
		expect(findWrongSuccess({ status, answer }, readStream(bytes))).toContain(message);
	});

	it.each([
		['a complete run', stream(said, end), 'completed', 'Yes'],
		['a truncated run', stream(said), 'truncated', 'Yes'],
		[
			'an answer that is only in the outputs',
			stream({ event: 'workflow_finished', data: { outputs: { answer: 'Yes' } } }),
			'completed',
			'Yes',
		],
		[
			'a replacement after the first ending',
			stream(said, end, { event: 'message_replace', answer: 'No' }),
			'completed',
			'No',
		],
	])('accepts %s', (_, bytes, status, answer) => {
		expect(findWrongSuccess({ status, answer }, readStream(bytes))).toBeUndefined();
	});

	const execution = (fields: object): ExecutionResult =>
		({ outputs: [], hints: [], chunks: [], ...fields }) as unknown as ExecutionResult;
	const withItem = (json: object): ExecutionResult => execution({ outputs: [[{ json }]] });
	const round = (): NodeRound => {
		const created = createNodeRound(new Random('test'), loadCorpus());
		created.scenario.requests.push('POST /chat-messages');
		return { ...created, main: { ...created.main, body: stream(said, end) }, apiKey: 'app-secret' };
	};

	it.each([
		['raw error', execution({ error: { name: 'TypeError', message: 'x is not a function' } })],
		[
			'raw error',
			execution({ error: { name: 'NodeOperationError', message: 'Invalid value NaN' } }),
		],
		['raw error', withItem({ error: 'Cannot read properties of null' })],
		['raw error', withItem({ error: { message: 'no text' } })],
		['key leak', execution({ error: { name: 'NodeApiError', message: 'Bearer app-secret' } })],
		[
			'key leak',
			execution({ error: { name: 'NodeApiError', message: 'x', context: { code: 'app-secret' } } }),
		],
		['wrong success', withItem({ status: 'completed', answer: 'No' })],
		['wrong success', execution({ outputs: [[]] })],
	])('reports a %s of the node', (kind, result) => {
		expect(checkExecution(result, round())).toMatchObject({ kind });
	});

	it('reports a repeated message, and accepts the right item', () => {
		const right = withItem({ status: 'completed', answer: 'Yes' });
		expect(checkExecution(right, round())).toBeUndefined();
		const repeated = round();
		repeated.scenario.requests.push('POST /chat-messages');
		expect(checkExecution(right, repeated)).toMatchObject({ kind: 'repeated message' });
	});
});

it('fuzz: the same seed gives the same changes, and another seed others', () => {
	const { streams, parameters } = loadCorpus();
	const changesOf = (seed: number): unknown[] => {
		const random = new Random(seed, 'x');
		return Array.from({ length: 20 }, () => [
			mutateStream(random, random.pick(streams).body).changes,
			mutateBody(random, random.pick(parameters).body).changes,
		]);
	};
	expect(changesOf(1)).toEqual(changesOf(1));
	expect(changesOf(1)).not.toEqual(changesOf(2));
});

it('fuzz: a short run has no findings', async () => {
	const rounds: Record<string, number> = {};
	const findings = await fuzz({
		seed: 1,
		rounds: 250,
		nodeRounds: 8,
		onTarget: (target, count) => (rounds[target] = count),
	});
	expect(findings).toEqual([]);
	expect(Object.keys(rounds)).toEqual(TARGETS);
}, 120_000);
