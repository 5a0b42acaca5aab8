import type {
	ICredentialType,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IVersionedNodeType,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';
import { PackageDirectoryLoader } from 'n8n-core';

/** What the packed package brings, loaded as n8n loads a community package. */
export interface LoadedPackage {
	nodeTypes: Readonly<Record<string, INodeType | IVersionedNodeType>>;
	credentialTypes: ReadonlyMap<string, ICredentialType>;
}

/** @throws when n8n cannot load the package: a missing file, a `require` it does not know, no icon */
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

/** The trigger of every workflow here: it gives the items it was made with. */
export function startNode(items: INodeExecutionData[]): INodeType {
	return {
		description: {
			displayName: 'Start',
			name: 'start',
			group: ['trigger'],
			version: 1,
			description: 'Gives the items of the run',
			defaults: { name: 'Start' },
			inputs: [],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		execute: async () => [items],
	};
}

/** n8n's look-up of node types, over those given. */
export function nodeTypesOf(types: Record<string, INodeType | IVersionedNodeType>): INodeTypes {
	const find = (name: string): INodeType | IVersionedNodeType => {
		const type = types[name];
		if (type === undefined) throw new Error(`no node type ${name} is loaded`);
		return type;
	};
	return {
		getByName: find,
		getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(find(name), version),
		getKnownTypes: () => ({}),
	};
}
