import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { startChildServer } from './childServer';
import { findFreePort } from './process';

/** Debian and Ubuntu install each version of PostgreSQL into a folder of its own that is not in PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const NOT_INSTALLED = 'PostgreSQL is not installed. Install it: apt-get install postgresql';
const USER = 'n8n';

/** Nothing has to survive a crash, because the data is deleted when the server stops. */
const SETTINGS_WITHOUT_DURABILITY = {
	fsync: 'off',
	synchronous_commit: 'off',
	full_page_writes: 'off',
};

/** A PostgreSQL server on loopback with its data in a temporary folder. */
export interface Postgres {
	/** The environment variables with which n8n connects to the server. */
	env: Record<string, string>;
	/** Stops the server and deletes its data. */
	stop(): Promise<void>;
}

/** @throws if PostgreSQL is not installed or does not start; the message contains its output */
export async function startPostgres(): Promise<Postgres> {
	const programs = findProgramFolder();
	const account = findAccount();
	const folder = mkdtempSync(join(tmpdir(), 'n8n-postgres-'));
	const dataFolder = join(folder, 'data');
	const password = randomUUID();
	// The account may have no access to this process's working directory.
	const spawnOptions = { ...account, cwd: folder };
	const deleteFolder = (): void => rmSync(folder, { recursive: true, force: true });
	try {
		await createCluster();
		const port = String(await findFreePort());
		const settings = {
			...SETTINGS_WITHOUT_DURABILITY,
			listen_addresses: '127.0.0.1',
			port,
			// Without this, the server creates a socket in a system folder, where it may have no write access.
			unix_socket_directories: '',
		};
		const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
		const server = await startChildServer(join(programs, 'postgres'), ['-D', dataFolder, ...args], {
			...spawnOptions,
			readyText: 'ready to accept connections',
			missingMessage: NOT_INSTALLED,
		});
		return {
			env: {
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: '127.0.0.1',
				DB_POSTGRESDB_PORT: port,
				DB_POSTGRESDB_DATABASE: 'postgres',
				DB_POSTGRESDB_USER: USER,
				DB_POSTGRESDB_PASSWORD: password,
			},
			stop: async () => {
				// PostgreSQL's "fast shutdown". After SIGTERM it would wait until all clients have disconnected.
				await server.stop('SIGINT');
				deleteFolder();
			},
		};
	} catch (error) {
		deleteFolder();
		throw error;
	}

	/** Creates the data folder with an empty database `postgres` and one user. */
	async function createCluster(): Promise<void> {
		const passwordFile = join(folder, 'password');
		writeFileSync(passwordFile, password, { mode: 0o600 });
		if (account !== undefined) {
			for (const path of [folder, passwordFile]) chownSync(path, account.uid, account.gid);
		}
		const args = [
			['-D', dataFolder],
			['--auth=scram-sha-256', `--username=${USER}`, `--pwfile=${passwordFile}`],
			['--encoding=UTF8', '--locale=C', '--no-sync'],
		].flat();
		await promisify(execFile)(join(programs, 'initdb'), args, spawnOptions);
	}
}

/** Returns the folder that contains PostgreSQL's programs: the first in PATH, or Debian's folder of the newest version. */
function findProgramFolder(): string {
	const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
	const debianFolders = versions
		.sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a))
		.map((version) => join(DEBIAN_FOLDER, version, 'bin'));
	const folders = [...(process.env.PATH ?? '').split(delimiter), ...debianFolders];
	const found = folders.find((folder) =>
		['initdb', 'postgres'].every((program) => existsSync(join(folder, program))),
	);
	if (found === undefined) throw new Error(NOT_INSTALLED);
	return found;
}

/**
 * Returns the account that runs PostgreSQL if this process runs as root, because PostgreSQL refuses to run as root.
 * Returns `undefined` for any other user: PostgreSQL then runs as that user.
 */
function findAccount(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const readId = (option: string): number => {
		try {
			return Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
		} catch (error) {
			throw new Error(
				'PostgreSQL does not run as root, and there is no user postgres to run it. Run this command as another user.',
				{ cause: error },
			);
		}
	};
	return { uid: readId('-u'), gid: readId('-g') };
}
