import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { MockDify } from '../../mock-dify';
import { startMockDify } from '../../mock-dify';

const ROOT = join(__dirname, '../..');

let dify: MockDify;

beforeAll(async () => {
	dify = await startMockDify({ lingerMs: 50 });
});

afterAll(async () => {
	await dify.close();
});

interface Output {
	code: number | null;
	stdout: string;
	stderr: string;
	/** Number of chunks in which standard output arrived. */
	chunks: number;
}

/** Runs the command of `npm start` with its output in a pipe. */
async function start(...args: string[]): Promise<Output> {
	const child = spawn(process.execPath, ['--import', 'tsx', 'dev/demo/start.ts', ...args], {
		cwd: ROOT,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const output: Output = { code: null, stdout: '', stderr: '', chunks: 0 };
	child.stdout.on('data', (chunk: Buffer) => {
		output.stdout += chunk.toString();
		output.chunks++;
	});
	child.stderr.on('data', (chunk: Buffer) => {
		output.stderr += chunk.toString();
	});
	const [code] = (await once(child, 'close')) as [number | null];
	return { ...output, code };
}

const parseItem = ({ stdout }: Output): Record<string, unknown> =>
	JSON.parse(stdout.slice(stdout.indexOf('\n{') + 1)) as Record<string, unknown>;

it.each([
	['a chatbot', [], 'chat'],
	['an agent', ['--agent'], 'agent-chat'],
	['a chatflow', ['--chatflow'], 'advanced-chat'],
	[
		'a blocking chatflow with a file',
		['--chatflow', '--blocking', '--file', 'LICENSE.md'],
		'advanced-chat',
	],
])(
	'npm start: shows progress, the answer and a short item for %s',
	async (_, args, mode) => {
		const output = await start(...args);
		expect([output.code, output.stderr]).toEqual([0, '']);
		expect(output.stdout).toMatch(/^Building the node … [\d.]+ s\n/);
		const item = parseItem(output);
		expect(item).toMatchObject({ mode, status: 'completed' });
		expect(
			output.stdout.slice(output.stdout.indexOf('\n{') + 1).split('\n').length,
		).toBeLessThanOrEqual(12);
		expect(output.stdout).toContain(`Dify  ${String(item.answer)}\n`);
		// Output in a pipe has no colors, and the answer still arrives word by word.
		expect(output.stdout).not.toContain('\u001b');
		if (!args.includes('--blocking')) expect(output.chunks).toBeGreaterThan(15);
	},
	60_000,
);

it('npm start --url: sends the message to the given Dify server', async () => {
	const output = await start(
		'--url',
		dify.origin,
		'--key',
		dify.key('chat-plain'),
		'--query',
		'=1+1',
		'--user',
		'dora',
	);
	expect(parseItem(output)).toMatchObject({ answer: 'Hello from the stub model. You said: =1+1' });
	expect(dify.requests.at(-1)?.body).toMatchObject({ user: 'dora' });
	expect(output.stdout + output.stderr).not.toContain(dify.key('chat-plain'));
}, 60_000);

it.each([
	[
		'a wrong key',
		(): string[] => ['--url', dify.baseUrl, '--key', 'app-not-a-key'],
		1,
		/^Access token is invalid\. Check the credential's 'API Key'/,
	],
	[
		'an unreachable host',
		(): string[] => ['--url', 'http://127.0.0.1:1', '--key', 'app-some-key'],
		1,
		/^Dify could not be reached \(ECONNREFUSED\)\. Check the credential's 'Base URL'/,
	],
	['a URL without a key', (): string[] => ['--url', dify.baseUrl], 2, /^--url needs --key/],
	['a key without a URL', (): string[] => ['--key', 'app-some-key'], 2, /^--key needs --url/],
	[
		'an unknown flag',
		(): string[] => ['--nope'],
		2,
		/^Unknown option '--nope'; npm start -- --help/,
	],
	[
		'a file that is not there',
		(): string[] => ['--file', 'no/such.png'],
		2,
		/^--file: there is no file no\/such\.png/,
	],
	[
		'two kinds of app',
		(): string[] => ['--agent', '--chatflow'],
		2,
		/^--agent and --chatflow exclude each other/,
	],
])(
	'npm start: fails with a message of one line for %s',
	async (_, args, code, message) => {
		const output = await start(...args());
		expect(output.code).toBe(code);
		expect(output.stderr).toMatch(message);
		expect(output.stderr.trimEnd().split('\n')).toHaveLength(1);
		expect(output.stdout + output.stderr).not.toContain('app-some-key');
	},
	60_000,
);
