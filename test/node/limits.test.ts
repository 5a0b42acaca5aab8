import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { World } from './harness';
import { itemOf, openWorld } from './harness';

let world: World;

beforeAll(async () => {
	world = await openWorld();
});

afterAll(async () => {
	await world.dify.close();
});

describe('a chatflow that only pings', () => {
	it('fails within 15 s and names the missing input', async () => {
		const outcome = await world.send('flow-vars');
		expect(outcome.durationMs).toBeLessThan(15_000);
		expect(outcome.error?.message).toBe('name is required in input form');
		expect(outcome.error?.description).toContain("'Inputs'");
	}, 20_000);

	it('fails within 15 s and says that the conversation is unknown', async () => {
		const conversationId = {
			__rl: true,
			mode: 'id',
			value: '11111111-2222-4333-8444-555555555555',
		};
		const outcome = await world.send('flow-plain', { conversationId });
		expect(outcome.durationMs).toBeLessThan(15_000);
		expect(outcome.error?.message).toBe('Conversation Not Exists.');
	}, 20_000);

	it('is waited for where nothing is certainly wrong, and says what to look at', async () => {
		world.dify.enqueue('flow-plain', { faults: [{ kind: 'pingOnly' }] });
		const outcome = await world.send('flow-plain', { options: { idleTimeout: 12 } });
		expect(outcome.durationMs).toBeGreaterThan(11_500);
		expect(outcome.error?.message).toBe('Dify sent no part of an answer within 12 s');
	}, 20_000);
});

describe('a redirect to another origin', () => {
	it('gets no key', async () => {
		const other = await openWorld();
		try {
			world.dify.enqueue('chat-plain', {
				faults: [{ kind: 'redirect', to: `${other.dify.baseUrl}/chat-messages` }],
			});
			const outcome = await world.send('chat-plain');
			expect(outcome.error?.message).toContain(other.dify.origin);
			expect(other.dify.requests).toEqual([]);
		} finally {
			await other.dify.close();
		}
	});
});

it('passes over an event too long to be held, and says so', async () => {
	world.dify.enqueue('flow-plain', {
		script: { text: 'whole' },
		faults: [{ kind: 'hugeDataLine', bytes: 68_000_000 }],
	});
	const outcome = await world.send('flow-plain');
	expect(itemOf(outcome)).toMatchObject({ answer: 'whole', status: 'completed' });
	expect(outcome.hints.map(({ message }) => message)).toEqual([
		"Skipped 1 message of Dify's stream that could not be read",
	]);
});

it('holds a 10 MB answer of 4-byte deltas in memory and time linear in it', async () => {
	// A process of its own: its garbage is collected on demand and its peak is its own.
	const script = join(__dirname, 'longAnswer.ts');
	const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', script], {
		cwd: join(__dirname, '../..'),
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
