import type { Fault, MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import { sendChatMessage } from '../sendChatMessage';
import { connectionFaults } from './connectionFaults';
import { eventFaults } from './eventFaults';
import type { FaultCase, FaultCases } from './faultCase';
import { ALL_EVENTS, CHATBOT, CHATFLOW_TIMEOUT_MS, expectEvents, TEXT } from './faultCase';
import { framingFaults } from './framingFaults';

/** Checks the effect of every fault on the wire. A plain socket reads the response chunk by chunk. */

let dify: MockDify;

beforeAll(async () => {
	dify = await startMockDify({ lingerMs: 20, chatflowTimeoutMs: CHATFLOW_TIMEOUT_MS });
});

afterAll(async () => {
	await dify.close();
});

/** The type requires at least one entry for each kind of fault. */
const CASES: FaultCases<Fault['kind']> = { ...connectionFaults, ...framingFaults, ...eventFaults };

const rows = Object.entries(CASES).flatMap(([kind, cases]) =>
	(cases as Array<FaultCase<Fault['kind']>>).map(
		(faultCase, index) => [kind, index + 1, faultCase] as const,
	),
);

it.each(rows)(
	'mock-dify fault %s: has the documented effect (case %d)',
	async (_kind, _index, faultCase) => {
		const { fault, script = { text: TEXT }, app = CHATBOT, body, read, verify } = faultCase;
		verify(await sendChatMessage(dify, { app, scenario: { script, faults: [fault] }, body, read }));
	},
);

it('mock-dify without a fault: sends each event in its own chunk and ends the stream cleanly', async () => {
	const response = await sendChatMessage(dify, {
		app: CHATBOT,
		scenario: { script: { text: TEXT } },
	});
	expectEvents(response, ALL_EVENTS);
	expect(response.chunks.map((chunk) => chunk.toString())).toEqual(
		response.events.map((event) => `data: ${JSON.stringify(event)}\n\n`),
	);
	expect(response.writtenAtMs).toHaveLength(response.chunks.length);
	expect(response.ended).toBe('clean');
});

it('mock-dify: uses a queued scenario once', async () => {
	await sendChatMessage(dify, {
		app: CHATBOT,
		scenario: { script: { text: TEXT }, faults: [{ kind: 'bom' }] },
	});
	const next = await sendChatMessage(dify, {
		app: CHATBOT,
		scenario: { script: { text: 'next' } },
	});
	expectEvents(next, ['message:next', 'message:', 'message_end']);
});
