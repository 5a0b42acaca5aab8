import type { SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';

const MAX_LOG_LENGTH = 10_000;

/** A server program, such as Redis, that runs as a child process. */
export interface ChildServer {
	/** Sends the signal, `SIGTERM` by default, and waits until the program has exited. */
	stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface ChildServerOptions extends Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> {
	/** The text in the program's output that says that it accepts connections. */
	readyText: string;
	/** The error message if the program does not exist. */
	missingMessage: string;
}

/**
 * Starts a server program and waits until it accepts connections.
 *
 * @throws if the program does not exist or exits before; the message contains the end of its output
 */
export async function startChildServer(
	command: string,
	args: string[],
	{ readyText, missingMessage, ...spawnOptions }: ChildServerOptions,
): Promise<ChildServer> {
	const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
	const closed = new Promise<void>((resolve) => child.once('close', resolve));
	let log = '';
	await new Promise<void>((resolve, reject) => {
		const readOutput = (chunk: Buffer): void => {
			log = (log + chunk.toString()).slice(-MAX_LOG_LENGTH);
			if (log.includes(readyText)) resolve();
		};
		child.stdout.on('data', readOutput);
		child.stderr.on('data', readOutput);
		child.once('error', (error: NodeJS.ErrnoException) =>
			reject(error.code === 'ENOENT' ? new Error(missingMessage) : error),
		);
		child.once('close', () => reject(new Error(`${command} did not start:\n${log}`)));
	});
	return {
		stop: async (signal = 'SIGTERM') => {
			child.kill(signal);
			await closed;
		},
	};
}
