import { buildPackage } from '../dev/build';

/** Builds the packed node and the bundled dify-bench, which the tests use. Runs once before all tests. */
export default async function globalSetup(): Promise<void> {
	await buildPackage();
}
