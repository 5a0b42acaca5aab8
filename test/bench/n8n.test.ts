import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchResult, OutcomeName } from '../../bench/result';
import { bench } from './cli';

// As n8n's Webhook node streams (Respond: Streaming); the real one is asked in test/e2e.
const META = {
	nodeId: 'a',
	nodeName: 'Send Chat Message',
	itemIndex: 0,
	runIndex: 0,
	timestamp: 0,
};
const line = (type: string, content?: string): string =>
	`${JSON.stringify({ type, content, metadata: META })}\n`;

type Play = (response: ServerResponse) => Promise<void> | void;

const CASES: Array<[string, OutcomeName, Play]> = [
	[
		'a streamed answer, cut anywhere',
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
		'an error of a node',
		'dify_error',
		(response) => void response.end(line('begin') + line('error', 'no such app') + line('end')),
	],
	[
		'a stream that is cut',
		'truncated',
		(response) => void response.end(line('begin') + line('item', 'Gr')),
	],
	[
		'lines that are no chunks',
		'malformed',
		(response) => void response.end(`${line('begin')}{"type"\n`),
	],
];

describe('--target n8n', () => {
	it.each(CASES)('%s: %s', async (_, outcome, play) => {
		const asked: string[] = [];
		const server = createServer((request, response) => {
			request.on('data', (chunk: Buffer) => asked.push(chunk.toString()));
			request.on('end', () => {
				response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
				void play(response);
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/dify-stream?a=1`;
		const { stdout } = await bench([
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
		expect(JSON.parse(asked[0] ?? '')).toEqual({
			query: 'Hello',
			inputs: {},
			files: [],
			user: 'dify-bench',
		});
		if (outcome !== 'completed') return;
		expect(distributions.ttft.min).toBeGreaterThan(118);
		expect(distributions.ttfe.percentiles.p50?.value).toBeLessThan(118);
	});

	it('takes no option of Dify’s, and needs the webhook’s address', async () => {
		const mode = await bench([
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
		expect([mode.code, mode.stderr]).toEqual([2, expect.stringMatching(/--mode is Dify's/)]);
		const address = await bench(['run', '--target', 'n8n', '--url', 'n8n', '--query', 'Hi']);
		expect([address.code, address.stderr]).toEqual([
			2,
			expect.stringMatching(/the webhook's production address/),
		]);
	});
});
