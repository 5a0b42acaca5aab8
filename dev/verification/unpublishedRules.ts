import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import ts from 'typescript';
import { BACKGROUNDS, iconContrast } from './contrast';
import type { CommunityPackage, LoadedNode, SourceFile } from './package';

/** Something that a rule does not accept. */
interface Violation {
	/** The parameter, file or field. */
	where: string;
	what: string;
}

interface Rule {
	/** The rule's name in n8n's repository: packages/@n8n/eslint-plugin-community-nodes/docs/rules/<name>.md. */
	name: string;
	check: (communityPackage: CommunityPackage) => Violation[];
}

export interface Finding extends Violation {
	rule: string;
	/** Why the package keeps it all the same, if it does. */
	acceptedBecause?: string;
}

const MAX_HINT_LENGTH = 120;
const MIN_ICON_CONTRAST = 1.5;
/** n8n's own nodes have this colour. */
const N8N_COLOR = '#ff6d5a';
/** https://docs.n8n.io/connect/create-nodes/build-your-node/reference/codex-files#node-categories */
const CATEGORIES: readonly unknown[] = [
	'Analytics',
	'Communication',
	'Data & Storage',
	'Development',
	'Finance & Accounting',
	'Marketing & Content',
	'Miscellaneous',
	'Productivity',
	'Sales',
	'Utility',
];

/**
 * Rules of n8n's repository that its published ESLint plugin (0.32.0) does not contain yet, as of November 2026.
 * n8n's rules read the source of the node's class. These checks read the loaded description instead, so they also
 * see the parameters that are defined in other files. Delete a check when the plugin contains its rule.
 */
export const UNPUBLISHED_RULES: readonly Rule[] = [
	{
		name: 'cred-class-name-field-conventions',
		check: ({ credentials }) =>
			credentials
				.filter(({ instance }) => !/^[a-z].*Api$/.test(instance.name))
				.map(({ file, instance }) => ({
					where: file,
					what: `the name '${instance.name}' must start with a lower-case letter and end with 'Api'`,
				})),
	},
	{
		name: 'cred-class-name-suffix',
		check: ({ credentials }) =>
			credentials
				.filter(({ className }) => !className.endsWith('Api'))
				.map(({ file, className }) => ({
					where: file,
					what: `the class name '${className}' must end with 'Api'`,
				})),
	},
	{
		name: 'cred-filename-against-convention',
		check: ({ credentials }) =>
			credentials
				.filter(({ file, className }) => !file.endsWith(`/${className}.credentials.ts`))
				.map(({ file, className }) => ({
					where: file,
					what: `the file must be called ${className}.credentials.ts`,
				})),
	},
	{
		name: 'hint-max-length',
		check: ({ nodes }) =>
			allParameters(nodes)
				.filter(({ hint = '' }) => hint.length > MAX_HINT_LENGTH)
				.map(({ name, hint = '' }) => ({
					where: name,
					what: `the hint has ${hint.length} characters, more than ${MAX_HINT_LENGTH}`,
				})),
	},
	{ name: 'icon-contrast', check: checkIconContrast },
	{
		name: 'no-ai-codex-category',
		check: ({ nodes }) =>
			ordinaryNodes(nodes)
				.filter(({ codex }) => toList(codex.categories).includes('AI'))
				.map(({ file }) => ({
					where: file,
					what: "the category 'AI' is reserved for nodes that import @n8n/ai-node-sdk",
				})),
	},
	{
		name: 'no-asterisk-in-option-names',
		check: ({ nodes }) =>
			allParameters(nodes).flatMap((parameter) =>
				optionsOf(parameter)
					.filter(({ name }) => name.includes('*'))
					.map(({ name }) => ({ where: parameter.name, what: `'${name}' contains an asterisk` })),
			),
	},
	{
		name: 'no-codex-subcategories',
		check: ({ nodes }) =>
			ordinaryNodes(nodes)
				.filter(({ codex }) => codex.subcategories !== undefined)
				.map(({ file }) => ({
					where: file,
					what: 'only nodes that import @n8n/ai-node-sdk may have subcategories',
				})),
	},
	{ name: 'no-duplicate-param-options', check: checkDuplicateOptions },
	{ name: 'no-hardcoded-ids', check: ({ sources }) => sources.flatMap(findHardcodedIds) },
	{
		name: 'no-logic-or-flow-nodes',
		check: ({ nodes }) =>
			nodes
				.filter(({ codex }) => /"(Logic|Flow)"/.test(JSON.stringify(codex)))
				.map(({ file }) => ({
					where: file,
					what: 'n8n accepts no node of the category Logic or Flow',
				})),
	},
	{
		name: 'no-monorepo',
		check: ({ manifest }) =>
			manifest.repository?.directory === undefined
				? []
				: [{ where: 'package.json', what: 'the field repository.directory must be absent' }],
	},
	{
		name: 'node-class-description-name-camelcase',
		check: ({ nodes }) =>
			nodes
				.filter(({ instance }) => !/^[a-z][a-zA-Z0-9]*$/.test(instance.description.name))
				.map(({ file, instance }) => ({
					where: file,
					what: `the name '${instance.description.name}' must be in camel case`,
				})),
	},
	{
		name: 'node-class-description-non-core-color',
		check: ({ nodes }) =>
			nodes
				.filter(({ instance: { description } }) =>
					[description.defaults.color, (description as { color?: unknown }).color].some(
						(color) => String(color).toLowerCase() === N8N_COLOR,
					),
				)
				.map(({ file }) => ({
					where: file,
					what: `${N8N_COLOR} is the colour of n8n's own nodes`,
				})),
	},
	{
		name: 'node-filename-against-convention',
		check: ({ nodes }) =>
			nodes.flatMap(({ file, instance: { description } }) => {
				const { name } = description;
				const expected = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
				return new RegExp(`/${expected}(V\\d+)?\\.node\\.ts$`).test(file)
					? []
					: [{ where: file, what: `the file must be called ${expected}.node.ts` }];
			}),
	},
	{
		name: 'node-operation-error-itemindex',
		check: ({ sources }) => sources.flatMap(findErrorsWithoutItem),
	},
	{
		name: 'non-required-fields-in-collection',
		check: ({ nodes }) =>
			topLevelParameters(nodes)
				.filter(({ type, required }) => required !== true && !CONTAINERS_AND_NOTICES.includes(type))
				.filter(({ name }) => !['resource', 'operation', 'authentication'].includes(name))
				.map(({ name }) => ({
					where: name,
					what: 'a parameter that is not required belongs into a collection',
				})),
	},
	{
		name: 'open-ended-node-fields',
		check: ({ nodes }) =>
			topLevelParameters(nodes)
				.filter(({ type, required }) => type === 'json' && required !== true)
				.map(({ name }) => ({
					where: name,
					what: 'an optional JSON parameter hides its fields from the editor',
				})),
	},
	{
		name: 'options-sorted-alphabetically',
		check: ({ nodes }) =>
			allParameters(nodes)
				.filter(({ type }) => type === 'options')
				.flatMap((parameter) => {
					const names = optionsOf(parameter).map(({ name }) => name);
					const sorted = [...names].sort((a, b) =>
						a.localeCompare(b, 'en', { sensitivity: 'base' }),
					);
					return names.join() === sorted.join()
						? []
						: [{ where: parameter.name, what: `the order must be ${sorted.join(', ')}` }];
				}),
	},
	{
		name: 'require-community-node-keyword',
		check: ({ manifest }) =>
			manifest.keywords?.includes('n8n-community-node-package') === true
				? []
				: [{ where: 'package.json', what: "the keyword 'n8n-community-node-package' is missing" }],
	},
	{
		name: 'require-continue-on-fail',
		check: ({ nodes }) =>
			nodes.flatMap(({ file, text }) =>
				findMethods({ file, text }, 'execute')
					.filter((method) => !/\bthis\s*\.\s*continueOnFail\s*\(\s*\)/.test(method.getText()))
					.map(() => ({ where: file, what: 'execute() must call this.continueOnFail()' })),
			),
	},
	{
		name: 'require-mit-license',
		check: ({ manifest }) =>
			manifest.license === 'MIT'
				? []
				: [{ where: 'package.json', what: "the field 'license' must be MIT" }],
	},
	{
		name: 'require-param-default',
		check: ({ nodes }) =>
			allParameters(nodes)
				.filter((parameter) => !('default' in parameter))
				.map(({ name }) => ({ where: name, what: 'the parameter has no default' })),
	},
	{ name: 'single-credential-per-node', check: checkSingleCredential },
	{ name: 'valid-codex-categories', check: checkCategories },
	{ name: 'valid-node-categories', check: checkCategories },
];

/** Unpublished rules that need no check of their own. */
export const RULES_WITHOUT_CHECK: Readonly<Record<string, string>> = {
	'prefer-declarative-style':
		'It is about nodes that send one plain request per item. This node reads event streams and uploads files.',
};

const CONTAINERS_AND_NOTICES: readonly string[] = [
	'callout',
	'collection',
	'curlImport',
	'fixedCollection',
	'hidden',
	'notice',
];

const FREQUENT =
	'People set it often, so it is shown at once. To move it would break saved workflows.';
const UX_GUIDELINES = "n8n's UX guidelines put it at the top level.";
const ONE_OF_TWO = 'It is shown only after the user has chosen JSON instead of typed fields.';
const EMPTY_IS_VALID = 'It must have a value, but an empty text is one.';

/** What the package keeps although a rule that only warns reports it: rule, parameter, reason. */
const ACCEPTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	'non-required-fields-in-collection': {
		autoGenerate: FREQUENT,
		content: FREQUENT,
		conversationId: FREQUENT,
		inputs: FREQUENT,
		inputsJson: ONE_OF_TWO,
		inputsMode: FREQUENT,
		limit: UX_GUIDELINES,
		rating: FREQUENT,
		responseMode: FREQUENT,
		returnAll: UX_GUIDELINES,
		simplify: UX_GUIDELINES,
		source: FREQUENT,
		value: EMPTY_IS_VALID,
		valueJson: ONE_OF_TWO,
		valueType: FREQUENT,
	},
	'open-ended-node-fields': {
		inputsJson: ONE_OF_TWO,
		valueJson: ONE_OF_TWO,
	},
};

/** Checks the rules. A finding without `acceptedBecause` must be corrected. */
export function checkUnpublishedRules(communityPackage: CommunityPackage): Finding[] {
	return UNPUBLISHED_RULES.flatMap(({ name, check }) => {
		const violations = new Map(
			check(communityPackage).map((found) => [found.where + found.what, found]),
		);
		return [...violations.values()].map((violation) => {
			const acceptedBecause = ACCEPTED[name]?.[violation.where];
			return {
				rule: name,
				...violation,
				...(acceptedBecause !== undefined && { acceptedBecause }),
			};
		});
	});
}

function checkIconContrast({ nodes, credentials }: CommunityPackage): Violation[] {
	const owners = [
		...nodes.map(({ file, icons, instance }) => ({ file, icons, icon: instance.description.icon })),
		...credentials.map(({ file, icons, instance }) => ({ file, icons, icon: instance.icon })),
	];
	return owners.flatMap(({ file, icons, icon }) =>
		(['light', 'dark'] as const).flatMap((theme) => {
			const name = (typeof icon === 'object' ? icon[theme] : (icon ?? '')).replace(/^file:/, '');
			const svg = icons[name];
			if (svg === undefined)
				return [{ where: file, what: `the ${theme} icon '${name}' is missing` }];
			const contrast = iconContrast(svg, BACKGROUNDS[theme]);
			if (contrast >= MIN_ICON_CONTRAST) return [];
			const what = `${name} has a contrast of ${contrast.toFixed(2)} in the ${theme} theme, less than ${MIN_ICON_CONTRAST}`;
			return [{ where: file, what }];
		}),
	);
}

function checkDuplicateOptions({ nodes }: CommunityPackage): Violation[] {
	return allParameters(nodes)
		.filter(({ type }) => type === 'options' || type === 'multiOptions')
		.flatMap((parameter) => {
			const options = optionsOf(parameter);
			return [options.map(({ name }) => name), options.map(({ value }) => value)].flatMap((list) =>
				list
					.filter((entry, index) => list.indexOf(entry) !== index)
					.map((entry) => ({ where: parameter.name, what: `'${String(entry)}' is there twice` })),
			);
		});
}

function checkSingleCredential({ nodes }: CommunityPackage): Violation[] {
	return nodes.flatMap(({ file, instance }) => {
		const credentials = instance.description.credentials ?? [];
		const isShared = credentials.some((first, index) =>
			credentials.slice(index + 1).some((second) => {
				const [shown, otherShown] = [first, second].map(
					({ displayOptions }) => displayOptions?.show ?? {},
				);
				return !Object.entries(shown ?? {}).some(([parameter, values]) => {
					const others = otherShown?.[parameter];
					return others !== undefined && values?.every((value) => !others.includes(value as never));
				});
			}),
		);
		return isShared ? [{ where: file, what: 'the node can need two credentials at once' }] : [];
	});
}

function checkCategories({ nodes }: CommunityPackage): Violation[] {
	return nodes.flatMap(({ file, codex }) => {
		if (codex.categories === undefined) return [];
		const categories = toList(codex.categories);
		if (categories.length === 0) return [{ where: file, what: 'the list of categories is empty' }];
		return categories
			.filter((category) => !CATEGORIES.includes(category))
			.map((category) => ({ where: file, what: `n8n has no category '${String(category)}'` }));
	});
}

/** Finds fixed account identifiers: a string assigned to a name such as `partner_id`. */
function findHardcodedIds({ file, text }: SourceFile): Violation[] {
	const pattern =
		/\b((?:partner|affiliate|reseller|account|tenant|customer|client)[_-]?id)["']?\s*[:=]\s*["'`]/gi;
	return [...text.matchAll(pattern)].map(([, name = '']) => ({
		where: file,
		what: `${name} has a fixed value. Read it from a parameter or the credential`,
	}));
}

/** Finds errors that do not name the item, in functions that know it. */
function findErrorsWithoutItem(source: SourceFile): Violation[] {
	const violations: Violation[] = [];
	visit(parse(source), (node) => {
		if (!ts.isNewExpression(node)) return;
		if (!/^Node(Operation|Api)Error$/.test(node.expression.getText())) return;
		const knowsItem = ts.findAncestor(
			node,
			(ancestor) =>
				ts.isFunctionLike(ancestor) &&
				ancestor.parameters.some((parameter) => /\bitemIndex\b/.test(parameter.getText())),
		);
		if (knowsItem === undefined || /\bitemIndex\b/.test(node.getText())) return;
		const line = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;
		violations.push({ where: `${source.file}:${line}`, what: 'the error does not name its item' });
	});
	return violations;
}

function findMethods(source: SourceFile, name: string): ts.MethodDeclaration[] {
	const methods: ts.MethodDeclaration[] = [];
	visit(parse(source), (node) => {
		if (ts.isMethodDeclaration(node) && node.name.getText() === name) methods.push(node);
	});
	return methods;
}

function parse({ file, text }: SourceFile): ts.SourceFile {
	return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function visit(node: ts.Node, callback: (node: ts.Node) => void): void {
	callback(node);
	node.forEachChild((child) => visit(child, callback));
}

/** Returns the nodes that are not built with n8n's SDK for AI nodes. */
function ordinaryNodes(nodes: LoadedNode[]): LoadedNode[] {
	return nodes.filter(({ text }) => !/from\s+['"]@n8n\/ai-node-sdk['"]/.test(text));
}

function topLevelParameters(nodes: LoadedNode[]): INodeProperties[] {
	return nodes.flatMap(({ instance }) => instance.description.properties);
}

/** Returns all parameters, also those in collections. The modes of a resource locator are no parameters. */
function allParameters(nodes: LoadedNode[]): INodeProperties[] {
	const withNested = (parameter: INodeProperties): INodeProperties[] => {
		const { type, options = [] } = parameter;
		if (type === 'collection') {
			return [parameter, ...(options as INodeProperties[]).flatMap(withNested)];
		}
		if (type !== 'fixedCollection') return [parameter];
		const groups = options as INodePropertyCollection[];
		return [parameter, ...groups.flatMap(({ values }) => values.flatMap(withNested))];
	};
	return topLevelParameters(nodes).flatMap(withNested);
}

/** Returns the entries of a list to choose from, or of a collection. */
function optionsOf({ options = [] }: INodeProperties): INodePropertyOptions[] {
	return options as INodePropertyOptions[];
}

function toList(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [value];
}
