import type { DifyVersion, MockDify, Scenario } from '../../../mock-dify';
import { startMockDify } from '../../../mock-dify';
import { UUID_PATTERN } from '../../../mock-dify/http/validation';
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

const UNKNOWN_CONVERSATION = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';

describe('mock-dify as Dify 1.15', () => {
	beforeEach(async () => await start('1.15'));

	it('starts a new conversation if a streamed chatflow continues an unknown one', async () => {
		const { status, events } = await sendChatMessage(dify, {
			app: 'flow-plain',
			scenario,
			body: { conversation_id: UNKNOWN_CONVERSATION },
		});
		expect(status).toBe(200);
		const [end = {}] = eventsNamed(events, 'message_end');
		expect(end.conversation_id).toEqual(expect.stringMatching(UUID_PATTERN));
		expect(end.conversation_id).not.toBe(UNKNOWN_CONVERSATION);
	});

	it('rejects an unknown conversation in blocking mode and in a chatbot', async () => {
		for (const [app, response_mode] of [
			['flow-plain', 'blocking'],
			['chat-plain', 'streaming'],
		] as const) {
			const body = { conversation_id: UNKNOWN_CONVERSATION, response_mode };
			const { status } = await sendChatMessage(dify, { app, scenario, body });
			expect([app, status]).toEqual([app, 404]);
		}
	});

	it('reports a missing chatflow input in the stream at once', async () => {
		const { events } = await sendChatMessage(dify, { app: 'flow-vars', scenario });
		expect(eventNames(events)).toEqual(['workflow_started', 'workflow_finished']);
	});

	it('sends a failed workflow after the answer to a moderated input', async () => {
		const moderated: Scenario = { faults: [{ kind: 'moderatedInput', text: 'No.' }] };
		const { events } = await sendChatMessage(dify, { app: 'flow-plain', scenario: moderated });
		expect(eventNames(events)).toEqual([
			'message:No.',
			'message_end',
			'workflow_started',
			'workflow_finished',
		]);
	});

	it('sends null where Dify 1.16 sends an empty list', async () => {
		const { events } = await sendChatMessage(dify, { app: 'chat-plain', scenario });
		expect(eventsNamed(events, 'message')[0]).toMatchObject({ from_variable_selector: null });
		expect(eventsNamed(events, 'message_end')[0]).toMatchObject({ files: null });
	});

	it('has no New Agents', async () => {
		const { status, body } = await sendChatMessage(dify, { app: 'agent-v2', scenario });
		expect(status).toBe(400);
		expect(JSON.parse(body.toString())).toMatchObject({ code: 'not_chat_app' });
	});
});

describe('mock-dify as Dify 1.16', () => {
	it('closes the stream of a chatflow right after its last event by default', async () => {
		dify = await startMockDify({ version: '1.16' });
		const { writtenAtMs, endedAtMs, headersAtMs } = await sendChatMessage(dify, {
			app: 'flow-plain',
			scenario,
		});
		const [first = 0] = writtenAtMs;
		const lastEventAtMs = headersAtMs + (writtenAtMs.at(-1) ?? 0) - first;
		// Before Dify 1.16, it is 1,000 ms.
		expect(endedAtMs - lastEventAtMs).toBeLessThan(900);
	});

	it('streams a New Agent and repeats its answer in one message', async () => {
		await start('1.16');
		const { events } = await sendChatMessage(dify, {
			app: 'agent-v2',
			scenario: { script: { tokens: ['a', 'b'] } },
			body: { response_mode: undefined },
		});
		expect(eventNames(events)).toEqual([
			'agent_thought',
			'agent_message:a',
			'agent_thought',
			'agent_message:b',
			'message:ab',
			'message_end',
		]);
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
			body: { conversation_id: UNKNOWN_CONVERSATION },
		});
		expect(status).toBe(404);
		expect(JSON.parse(body.toString())).toMatchObject({ code: 'not_found' });
	});
});
