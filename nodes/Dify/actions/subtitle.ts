import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/**
 * Returns the expression of the text below a node on the canvas: the action of its operation, such as
 * "Send chat message".
 */
export function createSubtitle(properties: readonly INodeProperties[]): string {
	const labels = properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options }) =>
			(displayOptions?.show?.resource ?? []).flatMap((resource) =>
				(options as INodePropertyOptions[]).map(
					({ value, action }) => [`${String(resource)}:${String(value)}`, action] as const,
				),
			),
		);
	const table = JSON.stringify(Object.fromEntries(labels));
	return `={{ (${table})[$parameter["resource"] + ":" + $parameter["operation"]] }}`;
}
