import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { Dify } from '../../nodes/Dify/Dify.node';
import codex from '../../nodes/Dify/Dify.node.json';

const ROOT = join(__dirname, '../..');
const PACKAGE = join(ROOT, 'build/package');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
	dependencies?: object;
	peerDependencies: object;
	devDependencies: Record<string, string>;
	scripts: Record<string, string>;
};
const bench = JSON.parse(read('bench/package.json')) as { dependencies: Record<string, string> };

describe('published node package', () => {
	it('contains the files that n8n loads and no others', () => {
		const files = readdirSync(PACKAGE, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name).slice(PACKAGE.length + 1))
			.sort();
		expect(files).toEqual([
			'LICENSE.md',
			'README.md',
			'dist/THIRD-PARTY-NOTICES.txt',
			'dist/credentials/DifyApi.credentials.js',
			'dist/credentials/dify.dark.svg',
			'dist/credentials/dify.svg',
			'dist/nodes/Dify/Dify.node.js',
			'dist/nodes/Dify/Dify.node.json',
			'dist/nodes/Dify/dify.dark.svg',
			'dist/nodes/Dify/dify.svg',
			'package.json',
		]);
	});

	it('contains the license of each library that is bundled', () => {
		const code = readFileSync(join(PACKAGE, 'dist/nodes/Dify/Dify.node.js'), 'utf8');
		const bundled = [...code.matchAll(/^\/\/ node_modules\/((?:@[^/\s]+\/)?[^/\s]+)/gm)];
		const names = new Set(bundled.map(([, name = '']) => name));
		expect(names).toContain('eventsource-parser');
		const notices = readFileSync(join(PACKAGE, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
		for (const name of names) {
			const { version } = JSON.parse(read(`node_modules/${name}/package.json`)) as {
				version: string;
			};
			expect(notices).toContain(`${name} ${version}\n`);
			expect(notices).toContain(read(`node_modules/${name}/LICENSE`).trim());
		}
	});

	it('is smaller than 200 kB', () => {
		const tarballs = readdirSync(join(ROOT, 'build')).filter((file) => file.endsWith('.tgz'));
		expect(tarballs).toHaveLength(1);
		expect(statSync(join(ROOT, 'build', tarballs[0] ?? '')).size).toBeLessThan(200_000);
	});

	it('requires only n8n-workflow and has no install scripts', () => {
		expect(manifest.dependencies).toBeUndefined();
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
		for (const hook of ['prepare', 'preinstall', 'install', 'postinstall']) {
			expect(manifest.scripts).not.toHaveProperty(hook);
		}
		const code = readFileSync(join(PACKAGE, 'dist/nodes/Dify/Dify.node.js'), 'utf8');
		const required = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
		expect(new Set(required)).toEqual(new Set(['n8n-workflow']));
	});

	it("passes n8n's review of sources and tarball without a warning", () => {
		const gulp = join(require.resolve('gulp'), '../bin/gulp.js');
		// With NODE_ENV=test, n8n's rules treat every file as one of their own test files.
		const env = { ...process.env, NODE_ENV: '' };
		const output = execFileSync(process.execPath, [gulp, 'scan'], {
			cwd: ROOT,
			encoding: 'utf8',
			env,
		});
		expect(output).toMatch(/scan of the source: \d\d files, 0 findings/);
		expect(output).toMatch(/scan of the tarball: 3 files, 0 findings/);
		expect(output).toMatch(/\d\d unpublished rules: 0 findings/);
	}, 60_000);

	it('has a separate icon for dark themes', () => {
		expect(read('nodes/Dify/dify.svg')).not.toBe(read('nodes/Dify/dify.dark.svg'));
	});
});

describe('published dify-bench package', () => {
	it('contains the program, its JSON schema, README and license', () => {
		const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
		const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '-w', 'dify-bench'];
		const output = execFileSync(npm, args, {
			cwd: ROOT,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		// npm 12 prints an object with package names as keys. Earlier versions print a list.
		const [packed] = Object.values(
			JSON.parse(output) as Record<string, { files: Array<{ path: string }> }>,
		);
		expect(packed?.files.map(({ path }) => path).sort()).toEqual([
			'LICENSE.md',
			'README.md',
			'dist/autocannon.js',
			'dist/cli.js',
			'dist/stampServer.js',
			'dist/worker.js',
			'package.json',
			'result.schema.json',
		]);
		expect(read('bench/LICENSE.md')).toBe(read('LICENSE.md'));
	});

	it('lists exactly the packages that it requires as dependencies', () => {
		const scripts = readdirSync(join(ROOT, 'bench/dist')).map((file) => read(`bench/dist/${file}`));
		const required = scripts
			.flatMap((script) => [...script.matchAll(/\brequire(?:\.resolve)?\("([^"]+)"\)/g)])
			.map(([, name = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '')
			.filter((name) => !name.startsWith('node:'));
		expect([...new Set(required)].sort()).toEqual(Object.keys(bench.dependencies).sort());
	});
});

describe('the repository', () => {
	it('CONTRIBUTING.md explains each dependency', () => {
		const explained = read('CONTRIBUTING.md');
		const [nodes = '', benchs = ''] = explained.split("dify-bench's own, which");
		for (const name of Object.keys(manifest.devDependencies))
			expect(nodes).toContain(`\`${name}\``);
		for (const name of Object.keys(bench.dependencies)) expect(benchs).toContain(`\`${name}\``);
	});

	it('package-lock.json names no registry host', () => {
		// The only entry is the link to the workspace.
		const resolved = read('package-lock.json').match(/"resolved": ".*"/g) ?? [];
		expect(resolved).toEqual(['"resolved": "bench"']);
	});

	it('README.md documents every parameter and option of Send Chat Message', () => {
		const readme = read('README.md');
		const properties = read('nodes/Dify/actions/chatMessage/send.operation.ts').split(
			"displayName: 'Files'",
		)[0];
		const options = read('nodes/Dify/chat/options.ts');
		const names = [...`${properties}${options}`.matchAll(/^\t{1,3}displayName: '([^']+)'/gm)].map(
			([, name]) => name,
		);
		expect(names).toContain('Query');
		expect(names).toContain('Workflow ID');
		const shown = ['Values', 'Inputs (JSON)', 'From List', 'By ID', 'Options'];
		for (const name of names)
			if (!shown.includes(name ?? '')) expect(readme).toMatch(new RegExp(`^\\| ${name} +\\|`, 'm'));
	});

	it('README.md documents every operation with its endpoint', () => {
		const readme = read('README.md');
		const { properties } = new Dify().description;
		const [resources] = properties as INodeProperties[];
		for (const resource of (resources?.options ?? []) as INodePropertyOptions[]) {
			const operation = properties.find(
				({ name, displayOptions }) =>
					name === 'operation' && displayOptions?.show?.resource?.[0] === resource.value,
			);
			const options = (operation?.options ?? []) as INodePropertyOptions[];
			expect(options.length).toBeGreaterThan(1);
			for (const { name, action } of options) {
				expect(action).toMatch(/^[A-Z]/);
				const row = new RegExp(
					`^\\| ${resource.name} +\\| ${name} +\\| `.concat('`(GET|POST|PUT|DELETE) /'),
					'm',
				);
				expect(readme).toMatch(row);
			}
		}
	});
});

it("codex file: n8n's node panel shows the node in its main search, under the words that people use", () => {
	// n8n hides AI nodes from the main search, except those that it ships itself.
	expect(codex.categories).not.toContain('AI');
	expect(codex).not.toHaveProperty('subcategories');
	for (const word of ['AI', 'assistant', 'chat', 'conversation']) {
		expect(codex.alias).toContain(word);
	}
});
