import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layOutTerminal } from '../../dev/screenshots/terminalLayout';
import { drawTerminal } from '../../dev/screenshots/terminalSvg';

const ROOT = join(__dirname, '../..');
const svg = readFileSync(join(ROOT, 'docs/terminal.svg'), 'utf8');

describe('docs/terminal.svg', () => {
	it('shows the output of npm start, and the README shows the picture', () => {
		const spans = [...svg.matchAll(/<text class="k[^>]*>([^<]*)</g)].map(([, text]) => text);
		expect(spans.join(' ')).toMatch(
			/^\$ npm start Building the node .* You .* Dify Hello! I stream each answer /,
		);
		expect(spans).toContain('Item');
		expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('](docs/terminal.svg)');
	});

	it('is animated with CSS only, needs no other file, and is small', () => {
		expect(svg).not.toMatch(/<script|href|url\(|\bon\w+=/);
		expect(svg).toContain('prefers-color-scheme:dark');
		expect(svg).toContain('prefers-reduced-motion:reduce');
		expect(svg.length).toBeLessThan(150_000);
	});

	it('starts with the finished output', () => {
		const [, durationS, delayS] = /animation-duration:([\d.]+)s;animation-delay:-([\d.]+)s/.exec(
			svg,
		) as unknown as [string, number, number];
		const shownAtPercent = [...svg.matchAll(/([\d.]+)%,100%\{visibility:visible\}/g)].map(
			([, percent]) => Number(percent),
		);
		expect(shownAtPercent.length).toBeGreaterThan(10);
		expect((delayS / durationS) * 100).toBeGreaterThan(Math.max(...shownAtPercent));
	});
});

describe('the terminal drawing', () => {
	const outputs = [
		{ atMs: 0, text: '\x1b[2mBuilding \x1b[22m\x1b[36mYou\x1b[39m\r\n' },
		{ atMs: 100, text: '  a<b & more' },
	];

	it('places each text in its row and column, with its time and style', () => {
		expect(layOutTerminal(outputs, 8)).toEqual({
			rows: 4,
			spans: [
				{ atMs: 0, row: 0, column: 0, text: 'Building', style: 'dim' },
				{ atMs: 0, row: 1, column: 1, text: 'You', style: 'cyan' },
				{ atMs: 100, row: 2, column: 2, text: 'a<b &', style: '' },
				{ atMs: 100, row: 3, column: 0, text: 'more', style: '' },
			],
		});
	});

	it('rejects an escape sequence that it does not support', () => {
		expect(() => layOutTerminal([{ atMs: 0, text: '\x1b[5mblink' }], 8)).toThrow(
			'is not supported',
		);
	});

	it('escapes markup', () => {
		const drawn = drawTerminal(layOutTerminal(outputs, 80), { columns: 80, title: '<&>' });
		expect(drawn).toContain('>a&lt;b &amp; more<');
		expect(drawn).toContain('<title>&lt;&amp;></title>');
	});
});
