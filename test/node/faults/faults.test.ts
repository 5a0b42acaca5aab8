import type { World } from '../harness';
import { openWorld } from '../harness';
import { bodies } from './bodies';
import { brokenStreams } from './brokenStreams';
import { eitherMode } from './eitherMode';
import { oddStreams } from './oddStreams';
import type { Kind, Row } from './row';
import { TEXT } from './row';

/**
 * Every hazard in every app kind and mode where it makes sense: the right item, or the right failure
 * with what had arrived. All run with "Continue (on Fail)", so that both read alike.
 */

let world: World;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 100 });
});

afterAll(async () => {
	await world.dify.close();
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
		rowsFor(kind, 'streaming', [...eitherMode, ...oddStreams, ...brokenStreams]),
	),
	...BLOCKING.flatMap((kind) => rowsFor(kind, 'blocking', [...eitherMode, ...bodies])),
];

function rowsFor(kind: Kind, mode: string, rows: Row[]): Array<[Kind, string, string, Row]> {
	return rows
		.filter(({ kinds }) => kinds === undefined || kinds.includes(kind))
		.map((row) => [kind, mode, row.name, row]);
}

it.each(cases)('%s, %s: %s', async (kind, responseMode, _, row) => {
	const { faults, script = { text: TEXT }, options = {}, expected } = row;
	const app = APPS[kind];
	const before = world.dify.requests.length;
	world.dify.enqueue(app, { script, faults });
	const outcome = await world.send(
		app,
		{ responseMode, options: options as never },
		{ onError: 'continueRegularOutput' },
	);
	const json = outcome.outputs[0]?.[0]?.json;
	expect(json).toMatchObject(expected);
	if (!('error' in expected)) expect(json).not.toHaveProperty('error');
	// Asked once, whatever came of it, and the key is nowhere.
	const posts = world.dify.requests
		.slice(before)
		.filter(({ path }) => path === '/v1/chat-messages');
	expect(posts).toHaveLength(1);
	expect(JSON.stringify(outcome.run)).not.toContain(world.dify.key(app));
	if (row.name.includes('no JSON'))
		expect(JSON.stringify(outcome.hints)).toContain('Skipped 1 message');
});
