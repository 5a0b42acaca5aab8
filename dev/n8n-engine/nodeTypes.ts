import type {
	ICredentialType,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IVersionedNodeType,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';
import { PackageDirectoryLoader } from 'n8n-core';

/** The node and credential types of a package. */
export interface LoadedPackage {
	nodeTypes: Readonly<Record<string, INodeType | IVersionedNodeType>>;
	credentialTypes: ReadonlyMap<string, ICredentialType>;
}

/**
 * Loads a package as n8n loads a community package.
 *
 * @throws if a file or an icon is missing, or if the code requires a module that n8n does not have
 */
export async function loadPackage(directory: string): Promise<LoadedPackage> {
	const loader = new PackageDirectoryLoader(directory);
	await loader.loadAll();
	return {
		nodeTypes: Object.fromEntries(
			Object.entries(loader.nodeTypes).map(([name, { type }]) => [
				`${loader.packageName}.${name}`,
				type,
			]),
		),
		credentialTypes: new Map(
			Object.entries(loader.credentialTypes).map(([name, { type }]) => [name, type]),
		),
	};
}

/** Returns the trigger node of a workflow. It outputs the given items. */
export function createStartNode(items: INodeExecutionData[]): INodeType {
	return {
		description: {
			displayName: 'Start',
			name: 'start',
			group: ['trigger'],
			version: 1,
			description: 'Outputs the items of the execution',
			defaults: { name: 'Start' },
			inputs: [],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		execute: async () => [items],
	};
}

/** Returns n8n's lookup of node types for the given types. */
export function createNodeTypes(types: Record<string, INodeType | IVersionedNodeType>): INodeTypes {
	const find = (name: string): INodeType | IVersionedNodeType => {
		const type = types[name];
		if (type === undefined) throw new Error(`The node type ${name} is not loaded.`);
		return type;
	};
	return {
		getByName: find,
		getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(find(name), version),
		getKnownTypes: () => ({}),
	};
}
