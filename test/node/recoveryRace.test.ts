import type { ServerResponse } from 'node:http';
import { getItem } from './testBed';
import type { HandWrittenServer, Routes } from './handWrittenServer';
import {
	CONVERSATION_ID,
	MESSAGE_ID,
	RUN_ID,
	event,
	pause,
	withServer,
	workflowEvent,
	writeJson,
	writeStream,
} from './handWrittenServer';

const ANSWER = 'one two three four';
const VERSION = '1.16.0';

interface Race {
	/** What the events of the run contain for the first readers: silence, or some events and then silence. */
	firstReaders: 'pings' | 'someEvents' | 'cutOff';
	/** Number of readers that hear nothing of the end. */
	deafReaders: number;
	/** How long the run takes after the stream breaks. */
	runMs: number;
	/** What Dify stores at the end; the row is empty until then. */
	stored?: Record<string, unknown>;
}

const USAGE = {
	message_tokens: 11,
	answer_tokens: 7,
	total_tokens: 18,
	total_price: '0.0000250',
	currency: 'USD',
	provider_response_latency: 0.5,
};

const FINISHED = workflowEvent('workflow_finished', {
	status: 'succeeded',
	outputs: { answer: ANSWER },
});

/** Runs a test with a chatflow of Dify 1.16 whose first readers are disturbed by the client that left. */
async function withRace(
	{ firstReaders, deafReaders, runMs, stored }: Race,
	test: (server: HandWrittenServer, getEndedAt: () => number) => Promise<void>,
): Promise<void> {
	let readers = 0;
	let endedAt = Number.POSITIVE_INFINITY;
	const isOver = (): boolean => performance.now() >= endedAt;
	const finish = async (response: ServerResponse): Promise<void> => {
		while (!isOver() && !response.destroyed) await pause(20);
		if (!response.destroyed) response.end(FINISHED);
	};
	const routes: Routes = {
		'POST /v1/chat-messages': async (response) => {
			writeStream(
				response,
				`event: ping\n\n${workflowEvent('workflow_started')}${event('message', { answer: 'one two', from_variable_selector: ['llm', 'text'] })}`,
				{ version: VERSION },
			);
			endedAt = performance.now() + runMs;
			await pause(20);
			response.destroy();
		},
		[`GET /v1/workflow/${RUN_ID}/events`]: async (response) => {
			readers++;
			writeStream(response, 'event: ping\n\n', { version: VERSION });
			if (readers > deafReaders) return await finish(response);
			if (firstReaders === 'someEvents') response.write(event('message', { answer: ' three' }));
			if (firstReaders === 'cutOff') response.end(event('message', { answer: ' three' }));
			while (!response.destroyed && !response.writableEnded) {
				await pause(500);
				response.write('event: ping\n\n');
			}
		},
		'GET /v1/messages': (response) => {
			const row = {
				id: MESSAGE_ID,
				conversation_id: CONVERSATION_ID,
				query: 'hello',
				created_at: 1,
			};
			const content = isOver()
				? { answer: ANSWER, status: 'normal', ...USAGE, ...stored }
				: { answer: '', status: 'normal' };
			writeJson(response, { limit: 20, has_more: false, data: [{ ...row, ...content }] });
		},
	};
	await withServer(routes, async (server) => await test(server, () => endedAt));
}

it.concurrent.each<[Race['firstReaders'], number]>([
	['pings', 1],
	['pings', 100],
	['someEvents', 2],
	['someEvents', 100],
	['cutOff', 100],
])(
	'recovery: returns the whole answer and its usage if the first readers get %s, %i of them',
	async (firstReaders, deafReaders) =>
		await withRace({ firstReaders, deafReaders, runMs: 2_500 }, async (server, getEndedAt) => {
			const item = getItem(await server.send());
			expect(item).toMatchObject({
				answer: ANSWER,
				status: 'completed',
				recovered: true,
				usage: {
					prompt_tokens: 11,
					completion_tokens: 7,
					total_tokens: 18,
					total_price: '0.0000250',
					currency: 'USD',
					latency: 0.5,
				},
			});
			expect(performance.now() - getEndedAt()).toBeLessThan(5_000);
			const posts = server.requests.filter((request) => request.startsWith('POST'));
			expect(posts).toHaveLength(1);
		}),
);

it.concurrent(
	'recovery: takes the form and the run id of a paused run from the stored message',
	async () => {
		const form = { form_id: 'f', form_token: 'token', inputs: [], actions: [] };
		const extra = { workflow_run_id: RUN_ID, submitted: false, form_definition: form };
		const stored = { answer: '', status: 'paused', extra_contents: [extra] };
		await withRace(
			{ firstReaders: 'pings', deafReaders: 100, runMs: 500, stored },
			async (server) =>
				expect(getItem(await server.send())).toMatchObject({
					answer: 'one two',
					status: 'paused',
					human_input: [{ form_token: 'token' }],
					workflow_run_id: RUN_ID,
				}),
		);
	},
);

it.concurrent('recovery: takes the reason of a failed run from the stored message', async () => {
	const stored = { answer: '', status: 'error', error: 'node broke' };
	await withRace(
		{ firstReaders: 'pings', deafReaders: 100, runMs: 500, stored },
		async (server) => {
			const { outputs } = await server.send({}, { onError: 'continueRegularOutput' });
			expect(outputs[0]?.[0]?.json).toMatchObject({
				error: 'node broke',
				status: 'failed',
				answer: 'one two',
			});
		},
	);
});

it.concurrent(
	'recovery: takes a moderated answer from the stored message, not from the outputs',
	async () => {
		const stored = { answer: 'I will not say.' };
		await withRace({ firstReaders: 'pings', deafReaders: 0, runMs: 500, stored }, async (server) =>
			expect(getItem(await server.send())).toMatchObject({
				answer: 'I will not say.',
				recovered: true,
			}),
		);
	},
);

it.concurrent('recovery: ends after Max Duration, and the partial answer stays', async () => {
	await withRace({ firstReaders: 'pings', deafReaders: 100, runMs: 60_000 }, async (server) => {
		const { outputs, durationMs } = await server.send(
			{ options: { maxDuration: 2.5 } },
			{ onError: 'continueRegularOutput' },
		);
		expect(outputs[0]?.[0]?.json).toMatchObject({ answer: 'one two', status: 'truncated' });
		expect(durationMs).toBeLessThan(8_000);
	});
});
