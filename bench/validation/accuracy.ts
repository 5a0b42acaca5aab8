import { setTimeout as sleep } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { StampServer } from '../calibrate/stampServerProcess';
import type { CalibrationLevel, StreamShape } from '../calibrationResult';
import { monotonicMs } from '../load/monotonicClock';
import { calibrate, measure, startServer } from './benchProcess';
import type { Validation } from './validation';
import { median } from './validation';

const SHAPE: StreamShape = { first: 100, gap: 10, tokens: 50, packet: 1 };
const STREAM_MS = SHAPE.first + (SHAPE.tokens - 1) * SHAPE.gap;
const FETCH_RUN_MS = 5_000;
const ROUNDS = 3;

/** Compares the measured first tokens with the true ones, and with those of the usual stream reader. */
export const accuracy: Validation = {
	name: 'accuracy',
	duration: 'about a minute',
	run: async (log) => {
		const levels200: CalibrationLevel[] = [];
		const levels500: CalibrationLevel[] = [];
		const fetchErrors: number[] = [];
		for (let round = 1; round <= ROUNDS; round++) {
			log(`round ${round} of ${ROUNDS}`);
			levels200.push(await measureLevel(200));
			levels500.push(await measureLevel(500));
			fetchErrors.push(await measureFetchError(500));
		}
		const benchError = median(levels500.map(({ first_tokens: { p50 } }) => p50));
		const fetchError = median(fetchErrors);
		log(
			`500 streams, first token p50: ${benchError.toFixed(3)} ms; fetch + EventSourceParserStream: ${fetchError.toFixed(3)} ms`,
		);
		return [
			{
				claim: 'error of the first token p50, 200 streams on one worker',
				measured: median(levels200.map(({ first_tokens: { p50 } }) => p50)),
				limit: 0.1,
				unit: 'ms',
			},
			{
				claim: 'certified intervals (+0.3 ms) that contain the true time, 200 streams',
				measured: median(levels200.map(({ held_percent: covered }) => covered)),
				limit: 99,
				relation: '>=',
				unit: '%',
			},
			{
				claim: 'median error of fetch + EventSourceParserStream / that of dify-bench, 500 streams',
				measured: fetchError / benchError,
				limit: 50,
				relation: '>=',
			},
		];
	},
};

async function measureLevel(streams: number): Promise<CalibrationLevel> {
	return await calibrate(['--streams', String(streams), '--workers', '1']);
}

/**
 * Reads the same load with fetch and EventSourceParserStream. Returns the median error of the first
 * token, in ms.
 */
async function measureFetchError(streams: number): Promise<number> {
	const server = await StampServer.start();
	const errors: number[] = [];
	const body = JSON.stringify({
		inputs: SHAPE,
		query: 'stamps',
		user: 'u',
		response_mode: 'streaming',
	});
	const readStream = async (): Promise<void> => {
		const response = await fetch(`${server.baseUrl}/chat-messages`, { method: 'POST', body });
		if (response.body === null) throw new Error('The response has no body');
		const events = response.body
			.pipeThrough(new TextDecoderStream())
			.pipeThrough(new EventSourceParserStream());
		let isFirst = true;
		for await (const { data } of events) {
			const arrivedAt = monotonicMs();
			const { sent_at: sentAt, event } = JSON.parse(data) as { sent_at: number; event: string };
			if (isFirst && event === 'message') errors.push(arrivedAt - sentAt);
			isFirst = false;
		}
	};
	try {
		const running: Array<Promise<void>> = [];
		const startedAt = performance.now();
		const count = Math.round((FETCH_RUN_MS / STREAM_MS) * streams);
		for (let index = 0; index < count; index++) {
			const due = startedAt + (index * STREAM_MS) / streams;
			const left = due - performance.now();
			if (left > 1) await sleep(left);
			running.push(readStream());
		}
		await Promise.all(running);
	} finally {
		server.stop();
	}
	return median(errors);
}

/** Checks that both engines, which share only the protocol code, measure the same time to first token. */
export const engines: Validation = {
	name: 'engines',
	duration: 'half a minute',
	run: async (log) => {
		const server = await startServer(['--first-token', '100ms', '--gap', '10ms', '--tokens', '30']);
		const p50s: Record<string, number[]> = { dispatch: [], autocannon: [] };
		try {
			for (let round = 0; round < ROUNDS; round++) {
				for (const [engine, values] of Object.entries(p50s)) {
					const load = ['--concurrency', '20', '--requests', '200'];
					const { distributions } = await measure(server, ['--engine', engine, ...load]);
					values.push(distributions.ttft.percentiles.p50?.value ?? Number.NaN);
				}
			}
		} finally {
			await server.stop();
		}
		const [dispatch, autocannon] = Object.values(p50s).map(median) as [number, number];
		log(`TTFT p50: dispatch ${dispatch.toFixed(2)} ms, autocannon ${autocannon.toFixed(2)} ms`);
		return [
			{
				claim: 'difference between the TTFT p50 of the two engines',
				measured: (Math.abs(dispatch - autocannon) / autocannon) * 100,
				limit: 5,
				unit: '%',
			},
		];
	},
};
