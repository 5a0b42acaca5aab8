import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MockDify } from '../../mock-dify';
import { closeServers, measure, messages, runBench, serve } from './cli';

const dir = mkdtempSync(join(tmpdir(), 'dify-bench-'));

function file(name: string, text: string): string {
	const path = join(dir, name);
	writeFileSync(path, text);
	return path;
}

afterEach(closeServers);

describe('dify-bench run: sends', () => {
	const scenario = { script: { tokens: ['Hi ', 'there'] } };
	let dify: MockDify;
	beforeEach(async () => {
		dify = await serve(scenario);
	});

	it('Dify’s request body without a title, and does not measure the warm-up', async () => {
		const result = await measure(dify, ['--requests', '3', '--warmup', '2', '--user', 'ada']);
		const sent = messages(dify);
		expect(sent).toHaveLength(5);
		expect(sent[0]).toEqual({
			inputs: {},
			query: 'Hello',
			user: 'ada',
			response_mode: 'streaming',
			auto_generate_name: false,
		});
		expect(result.plan.requests).toBe(3);
		expect(result.distributions.ttft.count).toBe(3);
	});

	it('the queries of a file in turn, with inputs that are 0 or false', async () => {
		const lines = ['{"query":"a","inputs":{"age":0,"agree":false}}', '{"query":"b","user":"bob"}'];
		const path = file('queries.jsonl', `${lines.join('\r\n')}\n`);
		const key = dify.key('chat-vars');
		const inputs = '{"name":"Ada"}';
		await runBench([
			'run',
			'--url',
			dify.baseUrl,
			'--key',
			key,
			'--queries',
			path,
			'--inputs',
			inputs,
			'--requests',
			'3',
			'--warmup',
			'0',
		]);
		expect(messages(dify)).toMatchObject([
			{ query: 'a', inputs: { age: 0, agree: false }, user: 'dify-bench' },
			{ query: 'b', inputs: { name: 'Ada' }, user: 'bob' },
			{ query: 'a' },
		]);
	});

	it('the conversation of each user with --conversation chain', async () => {
		const result = await measure(dify, [
			'--requests',
			'8',
			'--concurrency',
			'2',
			'--warmup',
			'0',
			'--conversation',
			'chain',
		]);
		expect(result.outcomes.completed).toBe(8);
		const ids = messages(dify).map(({ conversation_id: id }) => id);
		expect(ids.filter((id) => id === undefined)).toHaveLength(2);
		expect(new Set(ids).size).toBe(3);
	});

	it('the next request of a user after the pause of --think', async () => {
		const result = await measure(dify, ['--requests', '4', '--warmup', '0', '--think', '200ms']);
		expect(result.duration_ms).toBeGreaterThan(600);
		expect(result.distributions.dispatch_delay.max).toBeLessThan(200);
	});

	it('blocking requests, which have an e2e and no ttft', async () => {
		const result = await measure(dify, ['--requests', '6', '--mode', 'blocking']);
		expect(messages(dify)[0]).toMatchObject({ response_mode: 'blocking' });
		expect(result.outcomes.completed).toBe(6);
		expect(result.distributions.ttft.count).toBe(0);
		expect(result.distributions.e2e.count).toBe(6);
	});

	it('requests at a constant rate with --rate', async () => {
		const result = await measure(dify, [
			'--rate',
			'40',
			'--duration',
			'2s',
			'--warmup',
			'0',
			'--workers',
			'2',
		]);
		expect(result.plan.requests).toBe(80);
		expect(result.outcomes.completed).toBe(80);
		const [first, second] = result.seconds;
		expect([first?.dispatched, second?.dispatched]).toEqual([40, 40]);
	});

	it('requests at an increasing rate with --ramp', async () => {
		const result = await measure(dify, ['--ramp', '5:45', '--duration', '2s', '--warmup', '0']);
		expect(result.plan.requests).toBeGreaterThan(48);
		expect(result.plan.requests).toBeLessThan(52);
		expect(result.seconds[1]?.dispatched).toBeGreaterThan(
			1.5 * (result.seconds[0]?.dispatched ?? 0),
		);
	});

	it('requests at the same Poisson arrivals for the same --seed', async () => {
		const plan = ['--rate', '50', '--arrival', 'poisson', '--duration', '1s', '--warmup', '0'];
		const counts: number[] = [];
		for (const seed of ['7', '7', '8']) {
			const result = await measure(dify, [...plan, '--seed', seed]);
			counts.push(result.plan.requests);
		}
		expect(counts[0]).toBe(counts[1]);
		expect(counts[0]).not.toBe(counts[2]);
	});
});
