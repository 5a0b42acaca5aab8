import type { BenchResult } from '../result';

/** A setting that differs between two runs. */
export interface Difference {
	/** Path of the setting, such as `plan.load.concurrency`. */
	path: string;
	/** Value in run A as text. `none` if the run does not have the setting. */
	a: string;
	/** Value in run B as text. */
	b: string;
}

/**
 * Returns the differences that make two runs incomparable: the machine, the plan, the queries, the way
 * tokens are counted, or the version of dify-bench. The target is not part of the setup, because
 * comparing two targets is the purpose.
 */
export function setupDifferences(a: BenchResult, b: BenchResult): Difference[] {
	return findDifferences(setupOf(a), setupOf(b));
}

/** Returns the differences between the two targets: address, Dify version and app. */
export function targetDifferences(a: BenchResult, b: BenchResult): Difference[] {
	return findDifferences({ target: a.target }, { target: b.target });
}

function setupOf({ version, machine, plan, tokens_from }: BenchResult): object {
	// The texts are left out, because only one of the runs may have used --include-queries. The digest
	// is enough to detect different queries.
	const { count, sha256 } = plan.queries;
	return {
		dify_bench: version,
		machine,
		plan: { ...plan, queries: { count, sha256 } },
		tokens_from,
	};
}

function findDifferences(a: object, b: object): Difference[] {
	const valuesOfA = flatten(a);
	const valuesOfB = flatten(b);
	const paths = new Set([...valuesOfA.keys(), ...valuesOfB.keys()]);
	return [...paths]
		.map((path) => ({
			path,
			a: valuesOfA.get(path) ?? 'none',
			b: valuesOfB.get(path) ?? 'none',
		}))
		.filter((difference) => difference.a !== difference.b);
}

/** Returns all values of a nested object by their path. Arrays are one value. */
function flatten(value: object, prefix = ''): Map<string, string> {
	return new Map(
		Object.entries(value).flatMap(([key, child]: [string, unknown]): Array<[string, string]> =>
			typeof child === 'object' && child !== null && !Array.isArray(child)
				? [...flatten(child, `${prefix}${key}.`)]
				: [[`${prefix}${key}`, typeof child === 'string' ? child : JSON.stringify(child)]],
		),
	);
}
