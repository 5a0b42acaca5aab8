import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from './executions';
import { postForStream, textOf } from './server';

it('npm run n8n: an n8n to try the examples in, of which Ctrl-C leaves nothing', async () => {
	const child = spawn(process.execPath, ['--import', 'tsx', 'dev/demo/n8n.ts'], {
		cwd: join(__dirname, '../..'),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const ended = once(child, 'close');
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => {
			said += chunk.toString();
		});
	}
	await eventually(() => said.includes('Ctrl-C') || child.exitCode !== null || undefined);
	const origin = /^n8n\s+(\S+)$/m.exec(said)?.[1];
	expect(origin).toBeDefined();
	const lines = await postForStream(`${origin}/webhook/dify-stream`, { query: 'Hello [long 5]' });
	expect(textOf(lines)).toBe('tok0 tok1 tok2 tok3 tok4 ');
	child.kill('SIGINT');
	expect([(await ended)[0], said]).toEqual([0, expect.stringContaining('Stopping n8n')]);
	await expect(fetch(origin as string)).rejects.toThrow('fetch failed');
});
