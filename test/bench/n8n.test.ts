import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchResult, OutcomeName } from '../../bench/result';
import { runBench } from './cli';

// The format of n8n's Webhook node (Respond: Streaming). test/e2e uses a real n8n.
const META = {
	nodeId: 'a',
	nodeName: 'Send Chat Message',
	itemIndex: 0,
	runIndex: 0,
	timestamp: 0,
};
const line = (type: string, content?: string): string =>
	`${JSON.stringify({ type, content, metadata: META })}\n`;

type Respond = (response: ServerResponse) => Promise<void> | void;

const CASES: Array<[string, OutcomeName, Respond]> = [
	[
		'an answer in packets of 7 bytes',
		'completed',
		async (response) => {
			response.write(line('begin'));
			await pause(120);
			const text = line('item', 'Grüße ') + line('item', '你好');
			const bytes = Buffer.from(text);
			for (let at = 0; at < bytes.length; at += 7) {
				response.write(bytes.subarray(at, at + 7));
				await pause(1);
			}
			response.end(line('end'));
		},
	],
	[
		'an error chunk of a node',
		'dify_error',
		(response) => void response.end(line('begin') + line('error', 'no such app') + line('end')),
	],
	[
		'a stream without an end',
		'truncated',
		(response) => void response.end(line('begin') + line('item', 'Gr')),
	],
	['a malformed line', 'malformed', (response) => void response.end(`${line('begin')}{"type"\n`)],
];

describe('dify-bench run --target n8n:', () => {
	it.each(CASES)('%s counts as %s', async (_, outcome, respond) => {
		const bodies: string[] = [];
		const server = createServer((request, response) => {
			request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
			request.on('end', () => {
				response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
				void respond(response);
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/dify-stream?a=1`;
		const { stdout } = await runBench([
			'run',
			'--target',
			'n8n',
			'--url',
			url,
			'--query',
			'Hello',
			'--requests',
			'6',
			'--warmup',
			'0',
			'--json',
			'-',
		]);
		server.closeAllConnections();
		server.close();
		const { outcomes, distributions } = JSON.parse(stdout) as BenchResult;
		expect(Object.fromEntries(Object.entries(outcomes).filter(([, count]) => count > 0))).toEqual({
			[outcome]: 6,
		});
		expect(JSON.parse(bodies[0] ?? '')).toEqual({
			query: 'Hello',
			inputs: {},
			files: [],
			user: 'dify-bench',
		});
		if (outcome !== 'completed') return;
		expect(distributions.ttft.min).toBeGreaterThan(118);
		expect(distributions.ttfe.percentiles.p50?.value).toBeLessThan(118);
	});

	it('rejects --mode and an invalid webhook URL', async () => {
		const mode = await runBench([
			'run',
			'--target',
			'n8n',
			'--url',
			'http://127.0.0.1:9/x',
			'--query',
			'Hi',
			'--mode',
			'blocking',
		]);
		expect([mode.code, mode.stderr]).toEqual([
			2,
			expect.stringMatching(/--mode cannot be combined with --target n8n/),
		]);
		const address = await runBench(['run', '--target', 'n8n', '--url', 'n8n', '--query', 'Hi']);
		expect([address.code, address.stderr]).toEqual([
			2,
			expect.stringMatching(/the production URL of the webhook/),
		]);
	});
});
