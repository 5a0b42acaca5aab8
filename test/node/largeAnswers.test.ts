import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../../dev/build';
import type { TestBed } from './testBed';
import { getItem, startTestBed } from './testBed';

/** Answers and events of many megabytes. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed();
});

afterAll(async () => {
	await testBed.dify.close();
});

it('send: skips an event above the size limit and adds a hint', async () => {
	testBed.dify.enqueue('flow-plain', {
		script: { text: 'complete' },
		faults: [{ kind: 'hugeDataLine', bytes: 68_000_000 }],
	});
	const result = await testBed.send('flow-plain');
	expect(getItem(result)).toMatchObject({ answer: 'complete', status: 'completed' });
	expect(result.hints.map(({ message }) => message)).toEqual([
		"Skipped 1 message of Dify's stream that could not be read",
	]);
});

it('send: memory and time grow linearly with a 10 MB answer of 4-byte deltas', async () => {
	// In its own process, the script can force garbage collections, and no other test uses its memory.
	const script = join(__dirname, 'measureLongAnswer.ts');
	const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', script], {
		cwd: ROOT,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => {
		output += chunk.toString();
	});
	await once(child, 'close');
	const { heldPerByte, timeRatio } = JSON.parse(output) as Record<string, number>;
	expect(heldPerByte).toBeLessThan(3);
	expect(timeRatio).toBeLessThanOrEqual(2.3);
}, 180_000);
