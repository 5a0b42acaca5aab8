import { buildPackage } from '../../dev/build';
import { installN8n } from '../../dev/n8n-server';

/** Runs before all end-to-end tests: builds the node and installs n8n, which takes some minutes the first time. */
export default async function globalSetup(): Promise<void> {
	await buildPackage();
	await installN8n((progress) => console.log(`n8n: ${progress}`));
}
