import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The documents name files and link to each other. */

const ROOT = join(__dirname, '../..');
const DOCUMENTS = [
	'README.md',
	'CONTRIBUTING.md',
	'bench/README.md',
	'docs/README.md',
	'docs/architecture.md',
	'docs/bench-method.md',
	'docs/decisions/README.md',
	'docs/dify-api.md',
	'docs/limits.md',
	'docs/scaling.md',
];
const FOLDERS = 'nodes|credentials|protocol|mock-dify|bench|dev|test|examples';

const read = (document: string): string => readFileSync(join(ROOT, document), 'utf8');

/** Returns the ids that GitHub gives to the headings of a document. */
function anchorsOf(document: string): string[] {
	return [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.replace(/ /g, '-'),
	);
}

it('docs/architecture.md: names only files that exist', () => {
	const pattern = new RegExp(`\`((?:${FOLDERS})/[\\w./-]+\\.ts)\``, 'g');
	const files = [...read('docs/architecture.md').matchAll(pattern)].map(([, file = '']) => file);
	expect(files.length).toBeGreaterThan(50);
	expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});

it.each(DOCUMENTS)('%s: links only to files and headings that exist', (document) => {
	const links = [...read(document).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)];
	expect(links.length).toBeGreaterThan(0);
	const broken = links.filter(([, target = '']) => {
		const [path = '', anchor] = target.split('#');
		const file = path === '' ? document : join(dirname(document), path);
		if (!existsSync(join(ROOT, file))) return true;
		return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor);
	});
	expect(broken.map(([, target]) => target)).toEqual([]);
});
