import { createRequire } from 'node:module';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { PACKAGE_DIRECTORY, ROOT } from '../build';

/** The parts of package.json that n8n's guidelines are about. */
export interface Manifest {
	name: string;
	version: string;
	keywords?: string[];
	license?: string;
	homepage?: string;
	repository?: { type?: string; url?: string; directory?: string };
	bugs?: { url?: string };
	author?: { name?: string; email?: string };
	dependencies?: Record<string, string>;
	peerDependencies?: Record<string, string>;
	n8n: { nodes: string[]; credentials: string[] };
}

/** The metadata of a node for n8n's node panel: the file `<Node>.node.json`. */
export interface Codex {
	categories?: unknown;
	subcategories?: unknown;
	alias?: string[];
}

export interface SourceFile {
	/** Path relative to the root of the repository. */
	file: string;
	text: string;
}

/** A class that n8n loads, with the file that it is written in. */
interface LoadedClass<Type> extends SourceFile {
	className: string;
	instance: Type;
	/** The text of each icon file, by its name without `file:`. */
	icons: Record<string, string>;
}

export type LoadedNode = LoadedClass<INodeType> & { codex: Codex };
export type LoadedCredential = LoadedClass<ICredentialType>;

/** Everything that the checks of this folder look at. */
export interface CommunityPackage {
	manifest: Manifest;
	nodes: LoadedNode[];
	credentials: LoadedCredential[];
	/** The TypeScript files that are bundled into the package. */
	sources: SourceFile[];
}

/** Loads the built package from build/package, and its sources. */
export function loadCommunityPackage(): CommunityPackage {
	const manifest = JSON.parse(readText('package.json')) as Manifest;
	return {
		manifest,
		nodes: manifest.n8n.nodes.map((entry) => {
			const node = loadClass<INodeType>(entry);
			const codexFile = node.file.replace(/\.ts$/, '.json');
			const codex = existsSync(join(ROOT, codexFile)) ? JSON.parse(readText(codexFile)) : {};
			return { ...node, codex: codex as Codex };
		}),
		credentials: manifest.n8n.credentials.map((entry) => loadClass<ICredentialType>(entry)),
		sources: ['nodes', 'credentials', 'protocol'].flatMap((folder) =>
			readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
				.filter((file) => file.endsWith('.ts'))
				.map((file) => ({
					file: `${folder}/${file}`,
					text: readText(`${folder}/${file}`),
				})),
		),
	};
}

/** @param entry a file that package.json lists, such as `dist/nodes/Dify/Dify.node.js` */
function loadClass<Type>(entry: string): LoadedClass<Type> {
	const file = entry.replace(/^dist\//, '').replace(/\.js$/, '.ts');
	const exports = createRequire(__filename)(join(PACKAGE_DIRECTORY, entry)) as Record<
		string,
		new () => Type
	>;
	const [exported] = Object.entries(exports).filter(([, value]) => typeof value === 'function');
	if (exported === undefined) throw new Error(`${entry} exports no class.`);
	const folder = dirname(file);
	const icons = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.svg'));
	return {
		file,
		text: readText(file),
		className: exported[0],
		instance: new exported[1](),
		icons: Object.fromEntries(icons.map((name) => [name, readText(`${folder}/${name}`)])),
	};
}

export function readText(file: string): string {
	return readFileSync(join(ROOT, file), 'utf8');
}
