import { setTimeout as pause } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { StampServer } from '../calibrate/stampServerProcess';
import type { Level } from '../calibrate/measureLevel';
import { monotonicMs } from '../load/clientError';
import { bench } from './benchProcess';
import type { Finding, Proof } from './validation';
import { median } from './validation';

const STREAM = { first: 100, gap: 10, tokens: 50, packet: 1 };
const LENGTH_MS = STREAM.first + (STREAM.tokens - 1) * STREAM.gap;
const ROUNDS = 3;

/** How far from the truth first tokens are measured, alone and beside the usual way to read a stream. */
export const accuracy: Proof = {
	name: 'accuracy',
	takes: 'about a minute',
	run: async (say) => {
		const calm: Level[] = [];
		const crowded: Level[] = [];
		const usual: number[] = [];
		for (let round = 1; round <= ROUNDS; round++) {
			say(`round ${round} of ${ROUNDS}`);
			calm.push(await level(200));
			crowded.push(await level(500));
			usual.push(await fetchError(500));
		}
		const ours = median(crowded.map(({ first_tokens: { p50 } }) => p50));
		const theirs = median(usual);
		say(
			`500 streams, first token p50: ${ours.toFixed(3)} ms; fetch + EventSourceParserStream: ${theirs.toFixed(3)} ms`,
		);
		return [
			{
				claim: 'first token error p50, 200 streams on one worker',
				measured: median(calm.map(({ first_tokens: { p50 } }) => p50)),
				limit: 0.1,
				unit: 'ms',
			},
			{
				claim: 'certified intervals (+0.3 ms) that hold the truth, 200 streams',
				measured: median(calm.map(({ held_percent: held }) => held)),
				limit: 99,
				relation: '>=',
				unit: '%',
			},
			{
				claim: 'times better at the median than fetch + EventSourceParserStream, 500 streams',
				measured: theirs / ours,
				limit: 50,
				relation: '>=',
			},
		] satisfies Finding[];
	},
};

async function level(streams: number): Promise<Level> {
	const { stdout, stderr } = await bench([
		'calibrate',
		'--streams',
		String(streams),
		'--workers',
		'1',
		'--json',
		'-',
	]);
	if (stdout === '') throw new Error(stderr);
	const [found] = (JSON.parse(stdout) as { levels: Level[] }).levels;
	if (found === undefined) throw new Error('no level was measured');
	return found;
}

/** The usual way, driven the same: the median of what it adds to the first token, in ms. */
async function fetchError(streams: number): Promise<number> {
	const server = await StampServer.start();
	const errors: number[] = [];
	const body = JSON.stringify({
		inputs: STREAM,
		query: 'stamps',
		user: 'u',
		response_mode: 'streaming',
	});
	const read = async (): Promise<void> => {
		const response = await fetch(`${server.baseUrl}/chat-messages`, { method: 'POST', body });
		if (response.body === null) throw new Error('no stream came');
		const events = response.body
			.pipeThrough(new TextDecoderStream())
			.pipeThrough(new EventSourceParserStream());
		let isFirst = true;
		for await (const { data } of events) {
			const seenAt = monotonicMs();
			const { sent_at: sentAt, event } = JSON.parse(data) as { sent_at: number; event: string };
			if (isFirst && event === 'message') errors.push(seenAt - sentAt);
			isFirst = false;
		}
	};
	try {
		const running: Array<Promise<void>> = [];
		const began = performance.now();
		const count = Math.round((5_000 / LENGTH_MS) * streams);
		for (let index = 0; index < count; index++) {
			const due = began + (index * LENGTH_MS) / streams;
			const left = due - performance.now();
			if (left > 1) await pause(left);
			running.push(read());
		}
		await Promise.all(running);
	} finally {
		server.stop();
	}
	return median(errors);
}
