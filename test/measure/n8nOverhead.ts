import { runBench } from '../../bench/validation/benchProcess';
import { openWorld } from '../e2e/server';

/**
 * What a real n8n and the node add to an answer: `dify-bench overhead` against the example
 * webhook-streaming.json and, directly, the server behind it. Options after `--` are the command's.
 */
async function main(options: readonly string[]): Promise<void> {
	const world = await openWorld();
	try {
		await world.open('webhook-streaming');
		const { stdout, stderr, code } = await runBench([
			'overhead',
			...['--url', world.dify.baseUrl, '--key', world.dify.key('chat-plain')],
			...['--n8n', `${world.n8n.origin}/webhook/dify-stream`],
			...['--query', 'Hello [long 100]', ...options],
		]);
		process.stdout.write(stdout);
		if (code !== 0) throw new Error(stderr);
	} finally {
		await world.close();
	}
}

main(process.argv.slice(2)).catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
