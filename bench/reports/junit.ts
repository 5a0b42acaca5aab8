import type { Assertion, BenchResult } from '../result';
import { exact } from './format';
import { escapeMarkup as escape } from './escape';
import { facts, VERDICT_MEANS, warnings } from './facts';

/**
 * JUnit XML: the verdict and each assertion a test case. An INVALID measurement is an error; a DEGRADED
 * one is skipped, as it neither passed nor failed.
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
	return [...facts(result), ...warnings(result).map((text) => ({ label: 'Warning', text }))].map(
		({ label, text }) => `\t\t\t<property name="${label}" value="${escape(text)}"/>`,
	);
}

function verdictCase({ verdict: { status, checks } }: BenchResult): string {
	const reasons = checks
		.filter((check) => check.status !== 'VALID')
		.map(({ name, message }) => `${name}: ${message}`);
	const message = [`${status}: ${VERDICT_MEANS[status]}`, ...reasons].join('; ');
	const element = ({ VALID: undefined, DEGRADED: 'skipped', INVALID: 'error' } as const)[status];
	return testCase('verdict', 'the measurement is valid', element, message);
}

function assertionCase({ text, actual, unit, passed, reason }: Assertion): string {
	const message = reason ?? `measured: ${actual === null ? 'nothing' : exact(actual, unit)}`;
	return testCase('assertion', text, passed ? undefined : 'failure', message);
}

function testCase(
	group: string,
	name: string,
	element: 'skipped' | 'error' | 'failure' | undefined,
	message: string,
): string {
	const outcome =
		element === undefined
			? `<system-out>${escape(message)}</system-out>`
			: `<${element} message="${escape(message)}"/>`;
	return `\t\t<testcase classname="dify-bench.${group}" name="${escape(name)}">${outcome}</testcase>`;
}
