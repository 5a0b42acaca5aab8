import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { BACKGROUNDS, iconContrast } from '../../dev/verification/contrast';
import type { Demand } from '../../dev/verification/checklist';
import { checkProvenance, checkReadme, DEMANDS } from '../../dev/verification/checklist';
import type { CommunityPackage, Manifest } from '../../dev/verification/package';
import { loadCommunityPackage } from '../../dev/verification/package';
import {
	checkUnpublishedRules,
	RULES_WITHOUT_CHECK,
	UNPUBLISHED_RULES,
} from '../../dev/verification/unpublishedRules';

const PUBLISHED_RULES = join(
	__dirname,
	'../../node_modules/@n8n/eslint-plugin-community-nodes/dist/rules',
);
const real = loadCommunityPackage();

/** A copy of the real package with one change. */
type Change = (copy: CommunityPackage) => void;

function changed(change: Change): CommunityPackage {
	const [node] = real.nodes;
	const [credential] = real.credentials;
	if (node === undefined || credential === undefined) throw new Error('the package is empty');
	const description = { ...node.instance.description };
	const copy: CommunityPackage = {
		manifest: structuredClone(real.manifest),
		nodes: [
			{ ...node, codex: { ...node.codex }, icons: { ...node.icons }, instance: { description } },
		],
		credentials: [
			{ ...credential, instance: Object.assign(Object.create(null), credential.instance) },
		],
		sources: [...real.sources],
	};
	change(copy);
	return copy;
}

const inManifest =
	(fields: Partial<Manifest>): Change =>
	({ manifest }) =>
		Object.assign(manifest, fields);
const inDescription =
	(fields: object): Change =>
	({ nodes }) =>
		Object.assign(nodes[0]?.instance.description as INodeTypeDescription, fields);
const withParameter = (parameter: object): Change =>
	inDescription({
		properties: [
			{ displayName: 'Extra', name: 'extra', type: 'string', default: '', ...parameter },
		] as INodeProperties[],
	});
/** Puts the parameter into a collection of a collection, where n8n's own rules also look. */
const withNested = (parameter: object): Change =>
	withParameter({
		type: 'fixedCollection',
		options: [
			{
				name: 'group',
				displayName: 'Group',
				values: [
					{
						displayName: 'Options',
						name: 'nestedOptions',
						type: 'collection',
						default: {},
						options: [
							{ displayName: 'Deep', name: 'deep', type: 'string', default: '', ...parameter },
						],
					},
				],
			},
		],
	});
const withOptions = (...names: string[]): Change =>
	withNested({ type: 'options', options: names.map((name) => ({ name, value: name })) });
const inNode =
	(fields: object): Change =>
	({ nodes }) =>
		Object.assign(nodes[0] as object, fields);
const inCredential =
	(fields: object, instance: object = {}): Change =>
	({ credentials }) => {
		Object.assign(credentials[0] as object, fields);
		Object.assign(credentials[0]?.instance as object, instance);
	};
const withSource =
	(text: string): Change =>
	({ sources }) =>
		sources.push({ file: 'nodes/Dify/extra.ts', text });

describe('unpublished rules of n8n', () => {
	const violations: Array<[rule: string, change: Change]> = [
		['cred-class-name-field-conventions', inCredential({}, { name: 'Dify' })],
		['cred-class-name-suffix', inCredential({ className: 'DifyCredential' })],
		[
			'cred-filename-against-convention',
			inCredential({ file: 'credentials/Other.credentials.ts' }),
		],
		['hint-max-length', withNested({ hint: 'x'.repeat(121) })],
		[
			'icon-contrast',
			inNode({ icons: { 'dify.svg': '<path fill="#eee"/>', 'dify.dark.svg': '<path/>' } }),
		],
		['no-ai-codex-category', inNode({ codex: { categories: ['Communication', 'AI'] } })],
		['no-asterisk-in-option-names', withOptions('* All')],
		['no-codex-subcategories', inNode({ codex: { subcategories: { AI: ['Agents'] } } })],
		['no-duplicate-param-options', withOptions('One', 'One')],
		['no-hardcoded-ids', withSource("const qs = { partner_id: 'n8n' };")],
		['no-logic-or-flow-nodes', inNode({ codex: { subcategories: { 'Core Nodes': ['Flow'] } } })],
		['no-monorepo', inManifest({ repository: { directory: 'packages/node' } })],
		['node-class-description-name-camelcase', inDescription({ name: 'My_Node' })],
		['node-class-description-non-core-color', inDescription({ defaults: { color: '#ff6D5A' } })],
		['node-filename-against-convention', inDescription({ name: 'difyChat' })],
		[
			'node-operation-error-itemindex',
			withSource(
				"function f(itemIndex: number) { return () => { throw new NodeOperationError(node, 'x'); }; }",
			),
		],
		['non-required-fields-in-collection', withParameter({})],
		['open-ended-node-fields', withParameter({ type: 'json' })],
		['options-sorted-alphabetically', withOptions('B', 'a')],
		['require-community-node-keyword', inManifest({ keywords: ['n8n'] })],
		[
			'require-continue-on-fail',
			inNode({ text: 'class X { async execute() { await router(); } }' }),
		],
		['require-mit-license', inManifest({ license: 'ISC' })],
		['require-param-default', withNested({ default: undefined })],
		[
			'single-credential-per-node',
			inDescription({ credentials: [{ name: 'difyApi' }, { name: 'otherApi' }] }),
		],
		['valid-codex-categories', inNode({ codex: { categories: ['Bananas'] } })],
		['valid-node-categories', inNode({ codex: { categories: [] } })],
	];
	// A parameter without a default does not have the property at all.
	const withoutUndefined = (communityPackage: CommunityPackage): CommunityPackage => {
		for (const { instance } of communityPackage.nodes) {
			instance.description.properties = JSON.parse(
				JSON.stringify(instance.description.properties),
			) as INodeProperties[];
		}
		return communityPackage;
	};

	it.each(violations)('%s: reports a violation', (rule, change) => {
		const findings = checkUnpublishedRules(withoutUndefined(changed(change)));
		const reported = findings.filter(
			(finding) => finding.rule === rule && finding.acceptedBecause === undefined,
		);
		expect(reported).not.toEqual([]);
	});

	it('each check was seen to report a violation', () => {
		const names = UNPUBLISHED_RULES.map(({ name }) => name);
		expect(violations.map(([rule]) => rule)).toEqual(names);
	});

	it('the package violates none, except where a reason is written down', () => {
		const findings = checkUnpublishedRules(real);
		expect(findings.filter(({ acceptedBecause }) => acceptedBecause === undefined)).toEqual([]);
	});

	it("n8n's published plugin contains none of them. If it does, delete the check here", () => {
		const names = [
			...UNPUBLISHED_RULES.map(({ name }) => name),
			...Object.keys(RULES_WITHOUT_CHECK),
		];
		const published = readdirSync(PUBLISHED_RULES);
		expect(published).toContain('valid-author.js');
		expect(names.filter((name) => published.includes(`${name}.js`))).toEqual([]);
	});

	it('allows a second credential if the user chooses between the two', () => {
		const shownFor = (name: string, value: string): object => ({
			name,
			displayOptions: { show: { authentication: [value] } },
		});
		const change = inDescription({
			credentials: [shownFor('difyApi', 'apiKey'), shownFor('otherApi', 'oAuth2')],
		});
		const found = checkUnpublishedRules(changed(change)).map(({ rule }) => rule);
		expect(found).not.toContain('single-credential-per-node');
	});

	it.each([
		['<path/>', 'dark', 1.48],
		['<path fill="#000"/>', 'light', 21],
		['<path style="fill: #ffffff" stroke="currentColor"/>', 'dark', 14.16],
		['<path fill="none" stroke="#777777"/>', 'light', 4.48],
	] as const)('icon-contrast: %s has on %s a contrast of %d', (svg, theme, expected) => {
		expect(iconContrast(svg, BACKGROUNDS[theme])).toBeCloseTo(expected, 1);
	});
});

describe("checklist of n8n's verification guidelines", () => {
	const find = (start: string): Demand => {
		const demand = DEMANDS.find((entry) => entry.demand.startsWith(start));
		if (demand === undefined) throw new Error(`there is no demand '${start}'`);
		return demand;
	};
	const unmet: Array<[demand: string, change: Change]> = [
		['One service', inDescription({ credentials: [{ name: 'a' }, { name: 'b' }] })],
		['The package names', inManifest({ homepage: 'https://example.com' })],
		['The package names', inManifest({ repository: { url: 'git+https://gitlab.com/a/b.git' } })],
		['The author', inManifest({ author: { name: 'A', email: ' ' } })],
		['The license', inManifest({ license: 'GPL-3.0' })],
		['No dependencies', inManifest({ dependencies: { undici: '7' } })],
		['No access', withSource("import { readFileSync } from 'node:fs';")],
		['No access', withSource('const key = process.env.KEY;')],
		['Each credential', inCredential({}, { test: undefined })],
		['TypeScript only', inManifest({ n8n: { nodes: ['nodes/x.js'], credentials: [] } })],
		['English only', withSource("const hint = '你好';")],
	];

	it.each(unmet)('%s …: reports a violation', async (start, change) => {
		expect(await find(start).check(changed(change))).not.toEqual([]);
	});

	it('reports a workflow that publishes without provenance, and a README without examples', () => {
		expect(checkProvenance('id-token: write\nrun: npm publish')).toHaveLength(1);
		expect(checkReadme('# Title\n## Installation')).not.toEqual([]);
	});

	// The scan is a test of its own: package.test.ts.
	it.each(DEMANDS.filter(({ demand }) => !demand.startsWith("n8n's scan")))(
		'met: $demand',
		async ({ check }) => {
			expect(await check(real)).toEqual([]);
		},
	);
});
