import type { MockDify, DifyVersion } from '../../../mock-dify';
import { startMockDify } from '../../../mock-dify';
import { askFor, named, storyOf } from './ask';

/** Versions of which there is no recording, by the contract (3.4, 4.1). */

let dify: MockDify;

async function start(version: DifyVersion): Promise<void> {
	dify = await startMockDify({ version, lingerMs: 20, silenceMs: 20 });
}

afterEach(async () => {
	await dify.close();
});

const PING = 'event: ping\n\n';
const script = { text: 'x' };

describe('1.13.0', () => {
	beforeEach(async () => await start('1.13.0'));

	it('ends a chatflow without message_end', async () => {
		const { events, chunks } = await askFor(dify, 'flow-plain', { script });
		expect(chunks[0]?.toString()).toBe(PING);
		expect(storyOf(events).slice(-2)).toEqual(['node_finished', 'workflow_finished']);
	});

	it('answers a blocking chatflow request with a stream that only pings', async () => {
		const more = { response_mode: 'blocking' };
		const { status, headers, body } = await askFor(dify, 'flow-plain', { script }, more);
		expect(status).toBe(200);
		expect(headers).toContainEqual(['content-type', 'text/event-stream; charset=utf-8']);
		expect(body.toString()).toBe(PING);
	});
});

describe('1.17', () => {
	beforeEach(async () => await start('1.17'));

	it('says in the stream of a chatflow what it refuses, without the ids of a message', async () => {
		const { status, events, chunks } = await askFor(dify, 'flow-vars', { script });
		expect(status).toBe(200);
		expect(chunks[0]?.toString()).toBe(PING);
		expect(storyOf(events)).toEqual(['workflow_started', 'workflow_finished']);
		const [finished = {}] = named(events, 'workflow_finished');
		expect(finished.data).toMatchObject({
			status: 'failed',
			error: 'name is required in input form',
		});
		expect(finished.task_id).toBe(finished.workflow_run_id);
		expect(finished).not.toHaveProperty('message_id');
	});

	it('refuses an unknown conversation before the stream', async () => {
		const more = { conversation_id: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' };
		const { status, body } = await askFor(dify, 'flow-plain', { script }, more);
		expect(status).toBe(404);
		expect(JSON.parse(body.toString())).toMatchObject({ code: 'not_found' });
	});
});
