// npx tsx test/measure/queueMode.ts: how queue mode scales. 100 streamed webhook calls at once through one
// worker and through two, in turn; and the time to the first word beside n8n's regular mode, one call at a time.
import { join } from 'node:path';
import { buildPackage } from '../../dev/demo/build';
import { openQueueWorld } from '../e2e/queue';
import type { World } from '../e2e/server';
import { openWorld, postForStream } from '../e2e/server';

const CALLS = 100;
const ROUNDS = 3;
const WORDS = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');

async function main(): Promise<void> {
	await buildPackage(join(__dirname, '../..'));
	const regular = await openWorld();
	const one = await openQueueWorld(1);
	const two = await openQueueWorld(2);
	try {
		for (const world of [regular, one, two]) {
			await world.open('webhook-streaming');
			await firstWordMs(world);
		}
		const load = { one: [] as number[], two: [] as number[] };
		const first = { regular: [] as number[], queue: [] as number[] };
		for (let round = 0; round < ROUNDS; round++) {
			load.one.push(await allMs(one));
			load.two.push(await allMs(two));
			for (let call = 0; call < 20; call++) {
				first.regular.push(await firstWordMs(regular));
				first.queue.push(await firstWordMs(one));
			}
		}
		const fixed = (value: number): string => value.toFixed(2);
		console.log(
			`${CALLS} calls at once, one worker over two: ${fixed(median(load.one) / median(load.two))}`,
		);
		console.log(
			`first word, queue over regular mode: ${fixed(median(first.queue) / median(first.regular))}`,
		);
		console.log(
			`(medians: ${JSON.stringify({
				oneMs: median(load.one),
				twoMs: median(load.two),
				regularFirstMs: median(first.regular),
				queueFirstMs: median(first.queue),
			})})`,
		);
	} finally {
		for (const world of [two, one, regular]) await world.close();
	}
}

async function allMs(world: World): Promise<number> {
	world.dify.enqueue('chat-plain', ...Array(CALLS).fill({ script: { text: WORDS, gapMs: 50 } }));
	const startedAt = performance.now();
	await Promise.all(Array.from({ length: CALLS }, async () => await ask(world)));
	return performance.now() - startedAt;
}

async function firstWordMs(world: World): Promise<number> {
	const startedAt = performance.now();
	const lines = await ask(world);
	return (lines.find(({ type }) => type === 'item')?.atMs ?? Infinity) - startedAt;
}

const ask = async ({ n8n }: World) =>
	await postForStream(`${n8n.origin}/webhook/dify-stream`, { query: 'Hello' });

const median = (values: number[]): number =>
	Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN);

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
