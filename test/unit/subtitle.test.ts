import type { INodePropertyOptions } from 'n8n-workflow';
import { Dify } from '../../nodes/Dify/Dify.node';

const { description } = new Dify();
const OPERATIONS = description.properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ displayOptions, options }) =>
		(displayOptions?.show?.resource ?? []).flatMap((resource) =>
			(options as INodePropertyOptions[]).map(
				({ value, action }) => [String(resource), String(value), action] as const,
			),
		),
	);

it('node: the subtitle of each operation is the label of its action', () => {
	const table = /\{"[^}]+\}/.exec(description.subtitle ?? '')?.[0] ?? '{}';
	expect(JSON.parse(table)).toEqual(
		Object.fromEntries(
			OPERATIONS.map(([resource, operation, action]) => [`${resource}:${operation}`, action]),
		),
	);
});

it.each(['dify', 'chat', 'ai', 'assistant', 'conversation'])(
	'node: the node panel finds it by %j',
	async (word) => {
		const { default: codex } = (await import('../../nodes/Dify/Dify.node.json')) as unknown as {
			default: { alias: string[] };
		};
		const names = [description.displayName, ...codex.alias].map((name) => name.toLowerCase());
		expect(names).toContain(word);
	},
);
