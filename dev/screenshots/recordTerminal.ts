import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { buildPackage, ROOT } from '../build';
import { runScript } from '../terminal';
import type { Output } from './terminalLayout';
import { layOutTerminal } from './terminalLayout';
import { drawTerminal } from './terminalSvg';

const COLUMNS = 96;
const COMMAND = 'npm start';

/** `npm run record`: runs `npm start` and draws its output as an animated picture, docs/terminal.svg. */
async function main(): Promise<void> {
	// The recording shows a start without a long build.
	await buildPackage();
	const outputs = await recordOutput(`${COMMAND} --silent`);
	const prompt = { atMs: 0, text: `\x1b[2m$\x1b[22m ${COMMAND}\r\n` };
	const layout = layOutTerminal([prompt, ...outputs], COLUMNS);
	const svg = drawTerminal(layout, { columns: COLUMNS, title: COMMAND });
	writeFileSync(join(ROOT, 'docs/terminal.svg'), svg);
	console.log(`docs/terminal.svg: ${layout.rows} rows, ${(svg.length / 1000).toFixed(0)} kB`);
}

/**
 * Runs a command in a pseudo-terminal, so that it prints colors, and records when it printed what. Needs `script`
 * of util-linux.
 *
 * @throws if the exit code is not 0
 */
async function recordOutput(command: string): Promise<Output[]> {
	const child = spawn('script', ['-qefc', command, '/dev/null'], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const startedAt = performance.now();
	const utf8 = new StringDecoder();
	const outputs: Output[] = [];
	child.stdout.on('data', (chunk: Buffer) => {
		outputs.push({ atMs: performance.now() - startedAt, text: utf8.write(chunk) });
	});
	const code = await new Promise<number | null>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	});
	if (code !== 0) throw new Error(`${command} failed with exit code ${code}.`);
	return outputs;
}

runScript(main);
