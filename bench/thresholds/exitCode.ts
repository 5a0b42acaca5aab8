import type { BenchResult } from '../result';
import { parseAssertion } from './assertions';
import { judgeOne } from './judge';

/** What the program ends with; 2, wrong usage, comes before there is a result. */
export const EXIT = { pass: 0, broken: 1, usage: 2, inconclusive: 3, invalid: 4 } as const;

/**
 * The exit code of a judged result. An invalid measurement speaks for no limit, so it comes first; a limit
 * broken for certain comes before one that lacks samples.
 * @param options.isStrict a DEGRADED measurement counts as invalid too
 */
export function exitCode(result: BenchResult, { isStrict }: { isStrict: boolean }): number {
	const { status } = result.verdict;
	if (status === 'INVALID' || (isStrict && status === 'DEGRADED')) return EXIT.invalid;
	const failed = result.assertions.filter(({ passed }) => !passed);
	if (failed.length === 0) return EXIT.pass;
	const isInconclusive = ({ text }: { text: string }): boolean =>
		judgeOne(parseAssertion(text), result).isInconclusive;
	return failed.every(isInconclusive) ? EXIT.inconclusive : EXIT.broken;
}
