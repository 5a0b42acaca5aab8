import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { ROOT } from '../build';
import type { CommunityPackage, Manifest } from './package';
import { readText } from './package';

/** One demand of n8n's guidelines that a program can check. */
export interface Demand {
	demand: string;
	/** Returns what is wrong, `[]` if the demand is met. */
	check: (communityPackage: CommunityPackage) => string[] | Promise<string[]>;
}

/**
 * n8n's verification guidelines, as far as a program can check them
 * (https://docs.n8n.io/connect/create-nodes/build-your-node/reference/verification-guidelines).
 */
export const DEMANDS: readonly Demand[] = [
	{
		demand: "n8n's scan of the sources and of the package, and its unpublished rules: 0 findings",
		check: async () => await runScan(),
	},
	{
		demand: 'One service: all nodes use one and the same credential',
		check: checkService,
	},
	{
		demand: 'The package names its public GitHub repository, also as homepage and for bugs',
		check: ({ manifest }) => checkRepository(manifest),
	},
	{
		demand: 'The author has a name and an email address',
		check: ({ manifest: { author } }) =>
			[author?.name, author?.email].every((value) => (value ?? '').trim() !== '')
				? []
				: ["package.json: 'author' needs 'name' and 'email'"],
	},
	{
		demand: 'The license is MIT, in package.json and in LICENSE.md',
		check: ({ manifest }) => [
			...(manifest.license === 'MIT' ? [] : ["package.json: 'license' is not MIT"]),
			...(/^MIT License$/m.test(readText('LICENSE.md'))
				? []
				: ['LICENSE.md is not the MIT license']),
		],
	},
	{
		demand: 'A GitHub Action publishes the package with provenance',
		check: () => checkProvenance(readText('.github/workflows/publish.yml')),
	},
	{
		demand: 'No dependencies. Only n8n-workflow is a peer dependency',
		check: ({ manifest: { dependencies = {}, peerDependencies = {} } }) =>
			[...Object.keys(dependencies), ...Object.keys(peerDependencies)]
				.filter((name) => name !== 'n8n-workflow')
				.map((name) => `package.json depends on ${name}`),
	},
	{
		demand:
			'The README explains installation, credential, operations, use and examples, and links the API',
		check: () => checkReadme(readText('README.md')),
	},
	{
		demand: 'No access to environment variables or files',
		check: ({ sources }) =>
			sources
				.filter(({ text }) =>
					/\bprocess\.|\bfrom '(node:)?(fs|os|path|child_process)['/]/.test(text),
				)
				.map(({ file }) => `${file} uses the environment or files`),
	},
	{
		demand: 'Each credential is tested when it is saved, and masks its secrets',
		check: ({ credentials }) =>
			credentials
				.filter(({ instance }) => {
					const hasSecret = instance.properties.some(
						({ typeOptions }) => typeOptions?.password === true,
					);
					return instance.test === undefined || !hasSecret;
				})
				.map(({ file }) => `${file} has no test or no password field`),
	},
	{
		demand: 'TypeScript only',
		check: ({ manifest }) =>
			[...manifest.n8n.nodes, ...manifest.n8n.credentials]
				.filter((entry) => !entry.startsWith('dist/') || !entry.endsWith('.js'))
				.map((entry) => `${entry} is not built from TypeScript`),
	},
	{
		demand: 'English only, in the form, the messages and the README',
		check: ({ nodes, credentials, sources }) => [
			...[...nodes, ...credentials].flatMap(({ file, instance }) => {
				const properties = 'description' in instance ? instance.description.properties : [];
				return findForeignLetters(file, JSON.stringify(properties as INodeProperties[]));
			}),
			...sources.flatMap(({ file, text }) => findForeignLetters(file, text)),
			...findForeignLetters('README.md', readText('README.md')),
		],
	},
];

/** What n8n's guidelines demand and only a person can do, in this order. */
export const PERSONAL_STEPS: readonly string[] = [
	'Check that no node for Dify is built into n8n or verified already. An improvement of such a node is a pull request.',
	'Make the GitHub repository public, and check that the links on the npm page work.',
	'n8n asks for one repository per package. This one also publishes dify-bench: move bench/ out, or ask the reviewers.',
	'On npm, set this repository and publish.yml as the trusted publisher of the package. Its maintainer must be its author.',
	'Push the tag of the version (CONTRIBUTING.md, Releasing). The Action publishes the package with provenance.',
	'Run `npx @n8n/scan-community-package n8n-nodes-dify-chat`. It downloads the published package and checks its provenance.',
	'Install the published version in an n8n, and run an example with a real Dify.',
	"Submit the package in n8n's Creator Portal (https://creators.n8n.io/nodes), with an example workflow and screenshots.",
];

/** Runs `gulp scan`. Returns its output if it found something. */
async function runScan(): Promise<string[]> {
	const gulp = join(require.resolve('gulp'), '../bin/gulp.js');
	// With NODE_ENV=test, n8n's rules treat every file as one of their own test files.
	const env = { ...process.env, NODE_ENV: '' };
	const child = spawn(process.execPath, [gulp, 'scan'], { cwd: ROOT, env });
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
	}
	const [code] = (await once(child, 'close')) as [number | null];
	return code === 0 ? [] : [output];
}

function checkService({ nodes, credentials }: CommunityPackage): string[] {
	const used = nodes.flatMap(({ instance }) => instance.description.credentials ?? []);
	const names = new Set(used.map(({ name }) => name));
	return names.size === 1 && credentials.length === 1
		? []
		: [`the package has ${credentials.length} credentials, and its nodes use ${names.size}`];
}

/** @param workflow the text of publish.yml */
export function checkProvenance(workflow: string): string[] {
	const commands = workflow.match(/npm publish .*/g) ?? [];
	const isProven =
		commands.length > 0 && commands.every((command) => command.includes('--provenance'));
	return isProven && workflow.includes('id-token: write')
		? []
		: ['.github/workflows/publish.yml does not publish with provenance'];
}

function checkRepository({ repository, homepage, bugs }: Manifest): string[] {
	const address = repository?.url?.replace(/^git\+/, '').replace(/\.git$/, '') ?? '';
	if (!/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/.test(address)) {
		return ["package.json: 'repository.url' is not a repository on GitHub"];
	}
	return [homepage, bugs?.url]
		.filter((link) => link?.startsWith(address) !== true)
		.map((link) => `package.json: ${String(link)} is not in ${address}`);
}

/** @param readme the text of README.md */
export function checkReadme(readme: string): string[] {
	const headings = [...readme.matchAll(/^#{2,3} (.*)$/gm)].map(([, heading = '']) => heading);
	const wanted = ['install', 'credential', 'operations', 'examples', 'compatibility', 'errors'];
	const links = ['https://docs.dify.ai/', 'https://docs.n8n.io/', 'examples/'];
	return [
		...wanted
			.filter((word) => !headings.some((heading) => heading.toLowerCase().includes(word)))
			.map((word) => `README.md has no heading with '${word}'`),
		...links
			.filter((link) => !readme.includes(link))
			.map((link) => `README.md does not link ${link}`),
	];
}

/** Finds letters of other scripts than the Latin one. */
function findForeignLetters(file: string, text: string): string[] {
	const found = /(?=\p{L})[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]+/u.exec(text);
	return found === null ? [] : [`${file} contains '${found[0]}'`];
}
