import { buildPackage } from '../dev/build';

/** Runs before all tests: they use the packed node and the bundled dify-bench. */
export default async function globalSetup(): Promise<void> {
	await buildPackage();
}
