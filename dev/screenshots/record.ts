import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './capture';
import { layOut } from './screen';
import { drawTerminal } from './svg';

const COLUMNS = 96;
const SHOWN = 24;
const COMMAND = 'npm start';

/** `npm run record`: runs the demo and draws what its terminal showed, when it did, into terminal.svg. */
async function main(): Promise<void> {
	const outputs = await capture(`${COMMAND} --silent`);
	const typed = { at: 0, text: `\x1b[2m$\x1b[22m ${COMMAND}\r\n` };
	const screen = layOut([typed, ...outputs], COLUMNS);
	const svg = drawTerminal(screen, { columns: COLUMNS, shown: SHOWN, title: COMMAND });
	writeFileSync(join(__dirname, '../../docs/terminal.svg'), svg);
	console.log(`${screen.rows} rows, ${(svg.length / 1000).toFixed(0)} kB`);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
