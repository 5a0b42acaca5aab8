import type { Fault, MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import { askFor } from '../ask';
import { broken } from './broken';
import { events } from './events';
import { framing } from './framing';
import type { Row, Rows } from './row';
import { CHATBOT, SILENCE_MS, story, TEXT, WHOLE } from './row';

/** Every hazard does on the wire what it promises: read over a bare socket, chunk by chunk. */

let dify: MockDify;

beforeAll(async () => {
	dify = await startMockDify({ lingerMs: 20, silenceMs: SILENCE_MS });
});

afterAll(async () => {
	await dify.close();
});

/** A kind that is not here does not compile. */
const ROWS: Rows<Fault['kind']> = { ...broken, ...framing, ...events };

const rows = Object.entries(ROWS).flatMap(([kind, ofKind]) =>
	(ofKind as Array<Row<Fault['kind']>>).map((row, index) => [kind, index + 1, row] as const),
);

it.each(rows)('%s (%d)', async (_kind, _index, row) => {
	const { hazard, script = { text: TEXT }, app = CHATBOT, more, reading } = row;
	row.promise(await askFor(dify, app, { script, faults: [hazard] }, more, reading));
});

it('without a hazard: an event a chunk, a stamp a chunk, a clean end', async () => {
	const played = await askFor(dify, CHATBOT, { script: { text: TEXT } });
	story(played, WHOLE);
	expect(played.chunks.map((chunk) => chunk.toString())).toEqual(
		played.events.map((event) => `data: ${JSON.stringify(event)}\n\n`),
	);
	expect(played.stamps).toHaveLength(played.chunks.length);
	expect(played.ended).toBe('clean');
});

it('plays a run once, and then the app’s own', async () => {
	await askFor(dify, CHATBOT, { script: { text: TEXT }, faults: [{ kind: 'bom' }] });
	const next = await askFor(dify, CHATBOT, { script: { text: 'next' } });
	story(next, ['message:next', 'message:', 'message_end']);
});
