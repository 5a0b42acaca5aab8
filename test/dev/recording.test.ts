import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layOut } from '../../dev/screenshots/screen';
import { drawTerminal } from '../../dev/screenshots/svg';

const ROOT = join(__dirname, '../..');
const picture = readFileSync(join(ROOT, 'docs/terminal.svg'), 'utf8');

describe('the recording in the README', () => {
	it('is of what the demo says, and is shown', () => {
		const text = [...picture.matchAll(/<text class="k[^>]*>([^<]*)</g)].map(([, said]) => said);
		expect(text.join(' ')).toMatch(
			/^\$ npm start Building .* You .* Dify Ask me anything: the words /,
		);
		expect(text).toContain('The item');
		expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('](docs/terminal.svg)');
	});

	it('moves by style alone, needs nothing else, and is small', () => {
		expect(picture).not.toMatch(/<script|href|url\((?!#)|\bon\w+=/);
		expect(picture).toContain('prefers-color-scheme:dark');
		expect(picture).toContain('prefers-reduced-motion:reduce');
		expect(picture.length).toBeLessThan(150_000);
	});
});

describe('a terminal drawn', () => {
	const outputs = [
		{ at: 0, text: '\x1b[2mBuilding \x1b[22m\x1b[36mYou\x1b[39m\r\n' },
		{ at: 100, text: '  a<b & more' },
	];

	it('has each word in its place, time and look', () => {
		expect(layOut(outputs, 8)).toEqual({
			rows: 4,
			pieces: [
				{ at: 0, row: 0, column: 0, text: 'Building', style: 'dim' },
				{ at: 0, row: 1, column: 1, text: 'You', style: 'cyan' },
				{ at: 100, row: 2, column: 2, text: 'a<b &', style: '' },
				{ at: 100, row: 3, column: 0, text: 'more', style: '' },
			],
		});
	});

	it('knows no look that nobody gave it', () => {
		expect(() => layOut([{ at: 0, text: '\x1b[5mblink' }], 8)).toThrow('no look is known');
	});

	it('escapes what is markup', () => {
		const svg = drawTerminal(layOut(outputs, 80), { columns: 80, shown: 2, title: '<&>' });
		expect(svg).toContain('>a&lt;b &amp; more<');
		expect(svg).toContain('<title>&lt;&amp;></title>');
	});
});
