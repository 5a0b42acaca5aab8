import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createHttpServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
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

	const servers: Array<[string, () => Server, RegExp]> = [
		[
			'a server that uses http',
			() => createHttpServer((_, response) => response.end()),
			/https:\/\/127\.0\.0\.1:\d+ does not answer with TLS \(ERR_SSL_\w+\)\. If the server uses http, change https:\/\/ to http:\/\/ in --url\n$/,
		],
		[
			// Without a certificate, the server has no cipher in common with the client.
			'a server that rejects the TLS handshake',
			() => createTlsServer(),
			/https:\/\/127\.0\.0\.1:\d+ rejected the TLS handshake \(ERR_SSL_\w*ALERT\w*\)\n$/,
		],
	];

	it.each(servers)('explains an https URL of %s', async (_, create, message) => {
		const server = create();
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const url = `https://127.0.0.1:${port}`;
		try {
			const args = ['run', '--url', url, '--key', 'app-0123456789abcdef', '--query', 'Hi'];
			const { code, stderr } = await runBench(args);
			expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
		} finally {
			server.close();
		}
	});
});
