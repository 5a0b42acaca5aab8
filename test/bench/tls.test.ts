import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchResult } from '../../bench/result';
import { closeServers, runBench, serve } from './cli';

afterEach(closeServers);

describe('dify-bench run: TLS', () => {
	it('rejects an untrusted certificate, and mentions --insecure in each report', async () => {
		const dir = mkdtempSync(join(tmpdir(), 'dify-bench-tls-'));
		const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(dir, name)) as [string, string];
		execFileSync(
			'openssl',
			[
				'req',
				'-x509',
				'-newkey',
				'rsa:2048',
				'-nodes',
				'-keyout',
				key,
				'-out',
				cert,
				'-days',
				'1',
				'-subj',
				'/CN=127.0.0.1',
			],
			{ stdio: 'ignore' },
		);
		const dify = await serve({ script: { tokens: ['Hi'] } });
		const proxy = createServer(
			{ key: readFileSync(key), cert: readFileSync(cert) },
			(incoming, outgoing) => {
				const { method, url = '/', headers } = incoming;
				const forwarded = request(`${dify.origin}${url}`, { method, headers }, (answer) => {
					outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
					answer.pipe(outgoing);
				});
				incoming.pipe(forwarded);
			},
		);
		await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
		const url = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
		const args = [
			'run',
			'--url',
			url,
			'--key',
			dify.key('chat-plain'),
			'--query',
			'Hi',
			'--requests',
			'3',
		];
		try {
			const rejected = await runBench(args);
			expect(rejected.code).toBe(2);
			expect(rejected.stderr).toMatch(/certificate/i);

			const html = join(dir, 'report.html');
			const insecure = await runBench([...args, '--insecure', '--html', html]);
			expect(insecure.stdout).toMatch(/certificate/i);
			expect(readFileSync(html, 'utf8')).toMatch(/certificate/i);
			const { stdout } = await runBench([...args, '--insecure', '--json', '-']);
			const { plan, outcomes } = JSON.parse(stdout) as BenchResult;
			expect([plan.insecure, outcomes.completed]).toEqual([true, 3]);
		} finally {
			proxy.closeAllConnections();
			proxy.close();
		}
	});
});
