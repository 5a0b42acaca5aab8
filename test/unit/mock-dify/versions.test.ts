import type { DifyVersion, MockDify } from '../../../mock-dify';
import { startMockDify } from '../../../mock-dify';
import { eventNames, eventsNamed, sendChatMessage } from './sendChatMessage';

/** Versions without recordings. See docs/dify-api.md#versions. */

let dify: MockDify;

async function start(version: DifyVersion): Promise<void> {
	dify = await startMockDify({ version, lingerMs: 20, chatflowTimeoutMs: 20 });
}

afterEach(async () => {
	await dify.close();
});

const PING = 'event: ping\n\n';
const scenario = { script: { text: 'x' } };

describe('mock-dify as Dify 1.13.0', () => {
	beforeEach(async () => await start('1.13.0'));

	it('ends a chatflow without message_end', async () => {
		const { events, chunks } = await sendChatMessage(dify, { app: 'flow-plain', scenario });
		expect(chunks[0]?.toString()).toBe(PING);
		expect(eventNames(events).slice(-2)).toEqual(['node_finished', 'workflow_finished']);
	});

	it('answers a blocking chatflow request with a stream that contains only a ping', async () => {
		const { status, headers, body } = await sendChatMessage(dify, {
			app: 'flow-plain',
			scenario,
			body: { response_mode: 'blocking' },
		});
		expect(status).toBe(200);
		expect(headers).toContainEqual(['content-type', 'text/event-stream; charset=utf-8']);
		expect(body.toString()).toBe(PING);
	});
});

describe('mock-dify as Dify 1.17', () => {
	beforeEach(async () => await start('1.17'));

	it('reports a missing chatflow input in the stream, without the ids of a message', async () => {
		const { status, events, chunks } = await sendChatMessage(dify, { app: 'flow-vars', scenario });
		expect(status).toBe(200);
		expect(chunks[0]?.toString()).toBe(PING);
		expect(eventNames(events)).toEqual(['workflow_started', 'workflow_finished']);
		const [finished = {}] = eventsNamed(events, 'workflow_finished');
		expect(finished.data).toMatchObject({
			status: 'failed',
			error: 'name is required in input form',
		});
		expect(finished.task_id).toBe(finished.workflow_run_id);
		expect(finished).not.toHaveProperty('message_id');
	});

	it('rejects an unknown conversation of a chatflow with HTTP status 404', async () => {
		const { status, body } = await sendChatMessage(dify, {
			app: 'flow-plain',
			scenario,
			body: { conversation_id: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' },
		});
		expect(status).toBe(404);
		expect(JSON.parse(body.toString())).toMatchObject({ code: 'not_found' });
	});
});
