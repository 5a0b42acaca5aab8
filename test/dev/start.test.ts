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

interface Said {
	code: number | null;
	stdout: string;
	stderr: string;
	/** How many pieces standard output came in. */
	pieces: number;
}

/** Runs `npm start`'s own command as a user would, its output piped. */
async function start(...args: string[]): Promise<Said> {
	const child = spawn(process.execPath, ['--import', 'tsx', 'dev/demo/start.ts', ...args], {
		cwd: ROOT,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const said: Said = { code: null, stdout: '', stderr: '', pieces: 0 };
	child.stdout.on('data', (chunk: Buffer) => {
		said.stdout += chunk.toString();
		said.pieces++;
	});
	child.stderr.on('data', (chunk: Buffer) => {
		said.stderr += chunk.toString();
	});
	const [code] = (await once(child, 'close')) as [number | null];
	return { ...said, code };
}

const itemIn = ({ stdout }: Said): Record<string, unknown> =>
	JSON.parse(stdout.slice(stdout.indexOf('\n{') + 1)) as Record<string, unknown>;

// One after another: each builds the package anew.
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
	'shows %s at work: progress, the answer, the item',
	async (_, args, mode) => {
		const said = await start(...args);
		expect([said.code, said.stderr]).toEqual([0, '']);
		expect(said.stdout).toMatch(/^Building and packing the node … [\d.]+ s\n/);
		const item = itemIn(said);
		expect(item).toMatchObject({ mode, status: 'completed' });
		expect(said.stdout).toContain(`Dify  ${String(item.answer)}\n`);
		// Plain in a pipe, and word by word.
		expect(said.stdout).not.toContain('\u001b');
		if (!args.includes('--blocking')) expect(said.pieces).toBeGreaterThan(15);
	},
	60_000,
);

it('asks the Dify that it is given', async () => {
	const said = await start(
		'--url',
		dify.origin,
		'--key',
		dify.key('chat-plain'),
		'--query',
		'=1+1',
		'--user',
		'dora',
	);
	expect(itemIn(said)).toMatchObject({ answer: 'Hello from the stub model. You said: =1+1' });
	expect(dify.requests.at(-1)?.body).toMatchObject({ user: 'dora' });
	expect(said.stdout + said.stderr).not.toContain(dify.key('chat-plain'));
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
	['two kinds of app', (): string[] => ['--agent', '--chatflow'], 2, /^give --agent or --chatflow/],
])(
	'says %s in one line and fails',
	async (_, args, code, message) => {
		const said = await start(...args());
		expect(said.code).toBe(code);
		expect(said.stderr).toMatch(message);
		expect(said.stderr.trimEnd().split('\n')).toHaveLength(1);
		expect(said.stdout + said.stderr).not.toContain('app-some-key');
	},
	60_000,
);
