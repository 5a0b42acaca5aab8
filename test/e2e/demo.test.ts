import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pollUntil } from './executions';
import { joinText, postForStream } from '../../dev/n8n-server/webhookClient';

it('npm run n8n: starts n8n with the published examples, and Ctrl-C stops it', async () => {
	const child = spawn(process.execPath, ['--import', 'tsx', 'dev/demo/n8n.ts'], {
		cwd: join(__dirname, '../..'),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const ended = once(child, 'close');
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => {
			output += chunk.toString();
		});
	}
	await pollUntil(() => output.includes('Ctrl-C') || child.exitCode !== null || undefined);
	const origin = /^n8n\s+(\S+)$/m.exec(output)?.[1];
	expect(origin).toBeDefined();
	const lines = await postForStream(`${origin}/webhook/dify-stream`, { query: 'Hello [long 5]' });
	expect(joinText(lines)).toBe('tok0 tok1 tok2 tok3 tok4 ');
	child.kill('SIGINT');
	expect([(await ended)[0], output]).toEqual([0, expect.stringContaining('Stopping n8n')]);
	await expect(fetch(origin as string)).rejects.toThrow('fetch failed');
});
