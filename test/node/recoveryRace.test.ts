import type { ServerResponse } from 'node:http';
import { getItem } from './testBed';
import type { HandWrittenServer } from './handWrittenServer';
import {
	CONVERSATION_ID,
	MESSAGE_ID,
	RUN_ID,
	event,
	pause,
	serve,
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
	/** The end of the run in the events. */
	end?: string;
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

let server: HandWrittenServer | undefined;

afterEach(async () => {
	await server?.close();
	server = undefined;
});

/** A chatflow of Dify 1.16 whose first readers are disturbed by the client that left. */
async function openRace({
	firstReaders,
	deafReaders,
	runMs,
	stored,
	end = FINISHED,
}: Race): Promise<{
	server: HandWrittenServer;
	endedAt: () => number;
}> {
	let readers = 0;
	let endedAt = Number.POSITIVE_INFINITY;
	const isOver = (): boolean => performance.now() >= endedAt;
	const finish = async (response: ServerResponse): Promise<void> => {
		while (!isOver() && !response.destroyed) await pause(20);
		if (!response.destroyed) response.end(end);
	};
	server = await serve({
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
	});
	return { server, endedAt: () => endedAt };
}

describe('recovery: a chatflow whose first readers hear nothing of its end', () => {
	it.each<[Race['firstReaders'], number]>([
		['pings', 1],
		['pings', 100],
		['someEvents', 2],
		['someEvents', 100],
		['cutOff', 100],
	])('the first readers get %s, %i of them', async (firstReaders, deafReaders) => {
		const race = await openRace({ firstReaders, deafReaders, runMs: 2_500 });
		const item = getItem(await race.server.send());
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
		expect(performance.now() - race.endedAt()).toBeLessThan(5_000);
		const posts = race.server.requests.filter((request) => request.startsWith('POST'));
		expect(posts).toHaveLength(1);
	});

	it('the run pauses: the form and the run id come from the stored message', async () => {
		const form = { form_id: 'f', form_token: 'token', inputs: [], actions: [] };
		const extra = { workflow_run_id: RUN_ID, submitted: false, form_definition: form };
		const stored = { answer: '', status: 'paused', extra_contents: [extra] };
		const race = await openRace({ firstReaders: 'pings', deafReaders: 100, runMs: 500, stored });
		expect(getItem(await race.server.send())).toMatchObject({
			answer: 'one two',
			status: 'paused',
			human_input: [{ form_token: 'token' }],
			workflow_run_id: RUN_ID,
		});
	});

	it('the run fails: the reason comes from the stored message', async () => {
		const stored = { answer: '', status: 'error', error: 'node broke' };
		const race = await openRace({ firstReaders: 'pings', deafReaders: 100, runMs: 500, stored });
		const { outputs } = await race.server.send({}, { onError: 'continueRegularOutput' });
		expect(outputs[0]?.[0]?.json).toMatchObject({
			error: 'node broke',
			status: 'failed',
			answer: 'one two',
		});
	});

	it('moderation replaced the answer: the stored answer wins over the outputs', async () => {
		const stored = { answer: 'I will not say.' };
		const race = await openRace({ firstReaders: 'pings', deafReaders: 0, runMs: 500, stored });
		expect(getItem(await race.server.send())).toMatchObject({
			answer: 'I will not say.',
			recovered: true,
		});
	});

	it('Max Duration ends the recovery, and the partial answer stays', async () => {
		const race = await openRace({ firstReaders: 'pings', deafReaders: 100, runMs: 60_000 });
		const { outputs, durationMs } = await race.server.send(
			{ options: { maxDuration: 2.5 } },
			{ onError: 'continueRegularOutput' },
		);
		expect(outputs[0]?.[0]?.json).toMatchObject({ answer: 'one two', status: 'truncated' });
		expect(durationMs).toBeLessThan(8_000);
	});
});
