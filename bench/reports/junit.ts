import type { Assertion, BenchResult } from '../result';
import { formatExact } from './format';
import { describeRun, listWarnings, VERDICT_MEANINGS } from './header';
import { escapeMarkup as escape } from './untrustedText';

type ResultElement = 'skipped' | 'error' | 'failure';

/**
 * Returns the result as JUnit XML. The verdict and each assertion are test cases. An INVALID measurement
 * is an error. A DEGRADED one is a skipped test, because it neither passed nor failed.
 */
export function junitReport(result: BenchResult): string {
	const cases = [verdictCase(result), ...result.assertions.map(assertionCase)];
	const { status } = result.verdict;
	const attributes = [
		'name="dify-bench"',
		`tests="${cases.length}"`,
		`failures="${result.assertions.filter(({ passed }) => !passed).length}"`,
		`errors="${status === 'INVALID' ? 1 : 0}"`,
		`skipped="${status === 'DEGRADED' ? 1 : 0}"`,
		`time="${(result.duration_ms / 1000).toFixed(3)}"`,
	].join(' ');
	return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${attributes}>
	<testsuite ${attributes} timestamp="${escape(result.started_at)}">
		<properties>
${properties(result).join('\n')}
		</properties>
${cases.join('\n')}
	</testsuite>
</testsuites>
`;
}

function properties(result: BenchResult): string[] {
	const warnings = listWarnings(result).map((text) => ({ label: 'Warning', text }));
	return [...describeRun(result), ...warnings].map(
		({ label, text }) => `\t\t\t<property name="${label}" value="${escape(text)}"/>`,
	);
}

function verdictCase({ verdict: { status, checks } }: BenchResult): string {
	const reasons = checks
		.filter((check) => check.status !== 'VALID')
		.map(({ name, message }) => `${name}: ${message}`);
	const message = [`${status}: ${VERDICT_MEANINGS[status]}`, ...reasons].join('; ');
	const element = ({ VALID: undefined, DEGRADED: 'skipped', INVALID: 'error' } as const)[status];
	return testCase({ group: 'verdict', name: 'the measurement is valid', element, message });
}

function assertionCase({ text, actual, unit, passed, reason }: Assertion): string {
	return testCase({
		group: 'assertion',
		name: text,
		element: passed ? undefined : 'failure',
		message: reason ?? `measured: ${actual === null ? 'nothing' : formatExact(actual, unit)}`,
	});
}

interface TestCase {
	group: string;
	name: string;
	/** `undefined` if the test passed. */
	element: ResultElement | undefined;
	message: string;
}

function testCase({ group, name, element, message }: TestCase): string {
	const content =
		element === undefined
			? `<system-out>${escape(message)}</system-out>`
			: `<${element} message="${escape(message)}"/>`;
	return `\t\t<testcase classname="dify-bench.${group}" name="${escape(name)}">${content}</testcase>`;
}
