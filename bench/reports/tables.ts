import type {
	BenchResult,
	Distribution,
	DistributionName,
	OutcomeDetail,
	VerdictStatus,
} from '../result';
import { DISTRIBUTIONS, OUTCOMES, PERCENTILES, samplesNeeded, SCALARS } from '../result';
import { formatExact, formatNumber, formatQuantity, formatShare, NO_VALUE } from './format';
import { truncate } from './untrustedText';

/** The meaning of a cell. Each report shows it in its own way, by a color or a sign. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export interface Cell {
	text: string;
	/** A second, smaller line below the text: the bounds of a percentile. */
	detail?: string;
	tone?: Tone;
}

/** A table that does not depend on the kind of report. Its texts are not escaped. */
export interface Table {
	title: string;
	columns: Column[];
	rows: Cell[][];
	/** Sentences below the table, such as which metrics are missing and why. */
	notes: string[];
}

export interface Column {
	title: string;
	align: 'left' | 'right';
}

export const STATUS_TONES: Record<VerdictStatus, Tone> = {
	VALID: 'good',
	DEGRADED: 'warn',
	INVALID: 'bad',
};

/** Title of the tables with percentiles. */
export const TIMES_TITLE = 'Times in ms, with lower and upper bounds (95 % confidence each)';

const MAX_REASON_LENGTH = 160;

export const leftColumn = (title: string): Column => ({ title, align: 'left' });
export const rightColumn = (title: string): Column => ({ title, align: 'right' });

/** Returns the self-checks of the measurement, one row per check. */
export function checksTable({ verdict }: BenchResult): Table {
	return {
		title: 'Self-checks of the measurement',
		columns: [leftColumn('check'), leftColumn('status'), leftColumn('')],
		rows: verdict.checks.map(({ name, status, message }) => [
			{ text: name },
			{ text: status, tone: STATUS_TONES[status] },
			{ text: message },
		]),
		notes: [],
	};
}

/** Returns the assertions with their measured values, one row per assertion. */
export function assertionsTable({ assertions }: BenchResult): Table {
	return {
		title: 'Assertions',
		columns: [
			leftColumn('assertion'),
			leftColumn('result'),
			rightColumn('measured'),
			leftColumn('reason'),
		],
		rows: assertions.map(({ text, actual, unit, passed, reason }) => [
			{ text },
			passed ? { text: 'passed', tone: 'good' } : { text: 'failed', tone: 'bad' },
			{ text: actual === null ? NO_VALUE : formatExact(actual, unit) },
			{ text: reason ?? '' },
		]),
		notes: [],
	};
}

/** Returns the outcomes that occurred. An outcome with several reasons has one row per reason. */
export function outcomesTable({ outcomes, outcome_details: details }: BenchResult): Table {
	const planned = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
	const rows = OUTCOMES.filter((outcome) => outcomes[outcome] > 0).flatMap((outcome) => {
		const [firstReason = '', ...otherReasons] = details
			.filter((detail) => detail.outcome === outcome)
			.map(formatReason);
		const tone = outcome === 'completed' ? 'good' : 'bad';
		return [
			[
				{ text: outcome, tone },
				{ text: formatNumber(outcomes[outcome]) },
				{ text: formatShare(outcomes[outcome], planned) },
				{ text: firstReason },
			],
			...otherReasons.map((text) => [{ text: '' }, { text: '' }, { text: '' }, { text }]),
		] satisfies Cell[][];
	});
	return {
		title: 'Outcomes',
		columns: [
			leftColumn('outcome'),
			rightColumn('requests'),
			rightColumn('share'),
			leftColumn('reason'),
		],
		rows,
		notes: [],
	};
}

/** Formats a reason with its count: `20 × 502 bad_gateway: Bad gateway`. */
function formatReason({ status, code, message, count }: OutcomeDetail): string {
	const source = [status, code].filter((part) => part !== null).join(' ');
	const text = [source, message].filter((part) => part !== '').join(': ');
	return `${formatNumber(count)} × ${truncate(text, MAX_REASON_LENGTH)}`;
}

/**
 * Returns the percentiles, mean and maximum of each measured metric, in ms.
 * @param names the metrics to show; by default all
 */
export function distributionsTable(
	{ distributions }: BenchResult,
	names: readonly DistributionName[] = DISTRIBUTIONS,
): Table {
	const measured = names.filter((name) => distributions[name].count > 0);
	const unmeasured = names.filter((name) => distributions[name].count === 0);
	const missing = PERCENTILES.filter((percentile) =>
		measured.some((name) => distributions[name].percentiles[percentile] === null),
	);
	const needs = missing.map(
		(percentile) => `${percentile} needs ${formatNumber(samplesNeeded(percentile))}`,
	);
	return {
		title: TIMES_TITLE,
		columns: [
			leftColumn('metric'),
			rightColumn('n'),
			...PERCENTILES.map(rightColumn),
			rightColumn('mean'),
			rightColumn('max'),
		],
		rows: measured.map((name) => distributionRow(name, distributions[name])),
		notes: [
			...(missing.length === 0
				? []
				: [`${NO_VALUE}: too few samples for a 95 % upper bound (${needs.join(', ')})`]),
			...noteUnmeasured(unmeasured),
		],
	};
}

function distributionRow(name: string, { count, percentiles, mean, max }: Distribution): Cell[] {
	return [
		{ text: name },
		{ text: formatNumber(count) },
		...PERCENTILES.map((percentile): Cell => {
			const found = percentiles[percentile];
			if (found === null) return { text: NO_VALUE };
			const { value, low, high } = found;
			return { text: formatNumber(value), detail: `${formatNumber(low)}–${formatNumber(high)}` };
		}),
		{ text: formatNumber(mean) },
		{ text: formatNumber(max) },
	];
}

/** Returns the metrics that have one value for the whole run. */
export function scalarsTable({ scalars, tokens_from: tokensFrom }: BenchResult): Table {
	const names = Object.keys(SCALARS) as Array<keyof typeof SCALARS>;
	return {
		title: 'Whole run',
		columns: [leftColumn(''), rightColumn('')],
		rows: names
			.filter((name) => scalars[name] !== null)
			.map((name) => [{ text: name }, { text: formatQuantity(scalars[name], SCALARS[name]) }]),
		notes: [
			tokensFrom === 'usage'
				? 'Tokens are counted by Dify (usage)'
				: 'Dify did not report the usage of every answer, so each text event counts as one token',
			...noteUnmeasured(names.filter((name) => scalars[name] === null)),
		],
	};
}

function noteUnmeasured(names: readonly string[]): string[] {
	return names.length === 0 ? [] : [`Not measured: ${names.join(', ')}`];
}
