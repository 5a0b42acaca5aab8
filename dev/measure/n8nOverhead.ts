import { runBench } from '../../bench/validation/benchProcess';
import { buildPackage } from '../build';
import { startTestBed } from '../n8n-server/testBed';
import { runScript } from '../terminal';

/**
 * `npm run measure:n8n`: measures how much time a real n8n and the node add to an answer. Runs `dify-bench overhead`
 * with the example webhook-streaming and, for comparison, directly with the mock Dify server. Options after `--` are
 * passed to `dify-bench overhead`.
 */
async function main(options: string[]): Promise<void> {
	await buildPackage();
	const testBed = await startTestBed();
	try {
		await testBed.openExample('webhook-streaming');
		const { stdout, stderr, code } = await runBench([
			'overhead',
			...['--url', testBed.dify.baseUrl, '--key', testBed.dify.key('chat-plain')],
			...['--n8n', `${testBed.n8n.origin}/webhook/dify-stream`],
			...['--query', 'Hello [long 100]', ...options],
		]);
		process.stdout.write(stdout);
		if (code !== 0) throw new Error(stderr);
	} finally {
		await testBed.close();
	}
}

runScript(main);
