import { installN8n } from '../../dev/n8n-server';
import buildPackage from '../buildPackage';

/** Before the tests: the package, and n8n, which the first run installs in some minutes. */
export default async function setup(): Promise<void> {
	buildPackage();
	await installN8n((line) => console.log(`n8n: ${line}`));
}
