import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** What a terminal got at once. */
export interface Output {
	/** ms from the start. */
	at: number;
	text: string;
}

/**
 * Runs a command on a terminal of its own, so that it is in colour (`script` of util-linux).
 *
 * @throws when the command does not end with 0
 */
export async function capture(command: string): Promise<Output[]> {
	const child = spawn('script', ['-qefc', command, '/dev/null'], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const began = performance.now();
	const utf8 = new StringDecoder();
	const outputs: Output[] = [];
	child.stdout.on('data', (chunk: Buffer) => {
		outputs.push({ at: performance.now() - began, text: utf8.write(chunk) });
	});
	const code = await new Promise<number | null>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	});
	if (code !== 0) throw new Error(`${command} ended with ${code}`);
	return outputs;
}
