import type { BenchResult } from '../result';
import { parseAssertion } from './assertions';
import { judgeOne } from './judge';

/** The exit codes of `dify-bench run`. Wrong usage (2) is detected before there is a result. */
export const EXIT_CODES = { pass: 0, broken: 1, usage: 2, inconclusive: 3, invalid: 4 } as const;

/**
 * Returns the exit code for a result. An invalid measurement comes first, because its values do not
 * support any assertion. A broken limit comes before an inconclusive one.
 * @param options.isStrict whether a DEGRADED measurement counts as invalid too
 */
export function exitCode(result: BenchResult, { isStrict }: { isStrict: boolean }): number {
	const { status } = result.verdict;
	if (status === 'INVALID' || (isStrict && status === 'DEGRADED')) return EXIT_CODES.invalid;
	const failed = result.assertions.filter(({ passed }) => !passed);
	if (failed.length === 0) return EXIT_CODES.pass;
	const isInconclusive = ({ text }: { text: string }): boolean =>
		judgeOne(parseAssertion(text), result).isInconclusive;
	return failed.every(isInconclusive) ? EXIT_CODES.inconclusive : EXIT_CODES.broken;
}
