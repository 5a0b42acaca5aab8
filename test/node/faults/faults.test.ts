import type { TestBed } from '../testBed';
import { startTestBed } from '../testBed';
import { blockingFaults } from './blockingFaults';
import { interruptedStreams } from './interruptedStreams';
import { commonFaults } from './commonFaults';
import { unusualStreams } from './unusualStreams';
import type { Kind, FaultCase } from './faultCase';
import { TEXT } from './faultCase';

/**
 * Every hazard in every app kind and mode where it makes sense: the right item, or the right failure
 * with what had arrived. All run with "Continue (on Fail)", so that both read alike.
 */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 100 });
});

afterAll(async () => {
	await testBed.dify.close();
});

const APPS = {
	chat: 'chat-plain',
	'agent-chat': 'agent-fc',
	'advanced-chat': 'flow-plain',
} as const;
const ALL: Kind[] = ['chat', 'agent-chat', 'advanced-chat'];
/** Agent apps have no blocking mode. */
const BLOCKING: Kind[] = ['chat', 'advanced-chat'];

const cases = [
	...ALL.flatMap((kind) =>
		rowsFor(kind, 'streaming', [...commonFaults, ...unusualStreams, ...interruptedStreams]),
	),
	...BLOCKING.flatMap((kind) => rowsFor(kind, 'blocking', [...commonFaults, ...blockingFaults])),
];

function rowsFor(
	kind: Kind,
	mode: string,
	rows: FaultCase[],
): Array<[Kind, string, string, FaultCase]> {
	return rows
		.filter(({ kinds }) => kinds === undefined || kinds.includes(kind))
		.map((row) => [kind, mode, row.name, row]);
}

it.each(cases)('%s, %s: %s', async (kind, responseMode, _, row) => {
	const { faults, script = { text: TEXT }, options = {}, expected } = row;
	const app = APPS[kind];
	const before = testBed.dify.requests.length;
	testBed.dify.enqueue(app, { script, faults });
	const outcome = await testBed.send(
		app,
		{ responseMode, options: options as never },
		{ onError: 'continueRegularOutput' },
	);
	const json = outcome.outputs[0]?.[0]?.json;
	expect(json).toMatchObject(expected);
	if (!('error' in expected)) expect(json).not.toHaveProperty('error');
	// Asked once, whatever came of it, and the key is nowhere.
	const posts = testBed.dify.requests
		.slice(before)
		.filter(({ path }) => path === '/v1/chat-messages');
	expect(posts).toHaveLength(1);
	expect(JSON.stringify(outcome.run)).not.toContain(testBed.dify.key(app));
	if (row.name.includes('no JSON'))
		expect(JSON.stringify(outcome.hints)).toContain('Skipped 1 message');
});
