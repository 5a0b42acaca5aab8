import type { BenchResult } from '../result';

/** A part of the set-up in which two runs differ, each as it reads in a table. */
export interface Difference {
	/** `plan.load.concurrency` */
	part: string;
	a: string;
	b: string;
}

/**
 * Where two runs were measured differently: by another machine, plan, dataset or version of the tool.
 * What they measured, the server and its app, may differ: that is what is compared.
 */
export function setupDifferences(a: BenchResult, b: BenchResult): Difference[] {
	return differences(setupOf(a), setupOf(b));
}

/** Where the two servers differ. */
export function targetDifferences(a: BenchResult, b: BenchResult): Difference[] {
	return differences({ target: a.target }, { target: b.target });
}

function setupOf({ version, machine, plan, tokens_from }: BenchResult): object {
	// The digest tells two datasets apart, and one of the runs may have kept its texts to itself.
	const { count, sha256 } = plan.queries;
	return {
		dify_bench: version,
		machine,
		plan: { ...plan, queries: { count, sha256 } },
		tokens_from,
	};
}

function differences(a: object, b: object): Difference[] {
	const [left, right] = [leaves(a), leaves(b)];
	const parts = new Set([...left.keys(), ...right.keys()]);
	return [...parts]
		.map((part) => ({ part, a: left.get(part) ?? 'none', b: right.get(part) ?? 'none' }))
		.filter((difference) => difference.a !== difference.b);
}

/** Each value by its path. */
function leaves(value: object, path = ''): Map<string, string> {
	return new Map(
		Object.entries(value).flatMap(([key, child]: [string, unknown]): Array<[string, string]> =>
			typeof child === 'object' && child !== null && !Array.isArray(child)
				? [...leaves(child, `${path}${key}.`)]
				: [[`${path}${key}`, typeof child === 'string' ? child : JSON.stringify(child)]],
		),
	);
}
