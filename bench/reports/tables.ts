import type {
	BenchResult,
	Distribution,
	DistributionName,
	OutcomeDetail,
	VerdictStatus,
} from '../result';
import { DISTRIBUTIONS, OUTCOMES, PERCENTILES, samplesNeeded, SCALARS } from '../result';
import { clip, exact, NONE, number, quantity, share } from './format';

/** How a cell is to be taken; each report has its own colours or signs for it. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export interface Cell {
	text: string;
	/** Smaller, below the text: a confidence interval. */
	detail?: string;
	tone?: Tone;
}

/** A table as every report draws it. Names and text are as short as they can be; nothing is escaped. */
export interface Table {
	title: string;
	columns: Array<{ title: string; align: 'left' | 'right' }>;
	rows: Cell[][];
	/** What the table leaves out, and why. */
	notes: string[];
}

export const STATUS_TONE: Record<VerdictStatus, Tone> = {
	VALID: 'good',
	DEGRADED: 'warn',
	INVALID: 'bad',
};

const left = (title: string): Table['columns'][number] => ({ title, align: 'left' });
const right = (title: string): Table['columns'][number] => ({ title, align: 'right' });

export function checksTable({ verdict }: BenchResult): Table {
	return {
		title: 'Checks of the measurement',
		columns: [left('check'), left('status'), left('')],
		rows: verdict.checks.map(({ name, status, message }) => [
			{ text: name },
			{ text: status, tone: STATUS_TONE[status] },
			{ text: message },
		]),
		notes: [],
	};
}

export function assertionsTable({ assertions }: BenchResult): Table {
	return {
		title: 'Assertions',
		columns: [left('assertion'), left(''), right('measured'), left('')],
		rows: assertions.map(({ text, actual, unit, passed, reason }) => [
			{ text },
			passed ? { text: 'passed', tone: 'good' } : { text: 'failed', tone: 'bad' },
			{ text: actual === null ? NONE : exact(actual, unit) },
			{ text: reason ?? '' },
		]),
		notes: [],
	};
}

/** One row an outcome that came, the first of its reasons beside it, the others below. */
export function outcomesTable({ outcomes, outcome_details: details }: BenchResult): Table {
	const planned = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
	const rows = OUTCOMES.filter((outcome) => outcomes[outcome] > 0).flatMap((outcome) => {
		const reasons = details
			.filter((detail) => detail.outcome === outcome)
			.map((detail) => reason(detail));
		const [first = '', ...others] = reasons;
		const tone = outcome === 'completed' ? 'good' : 'bad';
		return [
			[
				{ text: outcome, tone },
				{ text: number(outcomes[outcome]) },
				{ text: share(outcomes[outcome], planned) },
				{ text: first },
			],
			...others.map((text) => [{ text: '' }, { text: '' }, { text: '' }, { text }]),
		] satisfies Cell[][];
	});
	return {
		title: 'Outcomes',
		columns: [left('outcome'), right('requests'), right('share'), left('why')],
		rows,
		notes: [],
	};
}

/** `20 × 502 bad_gateway: Bad gateway` */
function reason({ status, code, message, count }: OutcomeDetail): string {
	const source = [status, code].filter((part) => part !== null).join(' ');
	const text = [source, message].filter((part) => part !== '').join(': ');
	return `${number(count)} × ${clip(text, 160)}`;
}

/** A row for each of the names that was measured. */
export function distributionsTable(
	{ distributions }: BenchResult,
	names: readonly DistributionName[] = DISTRIBUTIONS,
): Table {
	const measured = names.filter((name) => distributions[name].count > 0);
	const unmeasured = names.filter((name) => distributions[name].count === 0);
	const lacking = PERCENTILES.filter((percentile) =>
		measured.some((name) => distributions[name].percentiles[percentile] === null),
	);
	return {
		title: 'Times, in ms, with their bounds (95 % confidence each way)',
		columns: [left(''), right('n'), ...PERCENTILES.map(right), right('mean'), right('max')],
		rows: measured.map((name) => distributionRow(name, distributions[name])),
		notes: [
			...(lacking.length === 0
				? []
				: [
						`${NONE}: too few samples for a 95 % upper bound (${lacking
							.map((percentile) => `${percentile} needs ${number(samplesNeeded(percentile))}`)
							.join(', ')})`,
					]),
			...notMeasured(unmeasured),
		],
	};
}

function distributionRow(name: string, distribution: Distribution): Cell[] {
	const { count, percentiles, mean, max } = distribution;
	return [
		{ text: name },
		{ text: number(count) },
		...PERCENTILES.map((percentile): Cell => {
			const found = percentiles[percentile];
			if (found === null) return { text: NONE };
			return { text: number(found.value), detail: `${number(found.low)}–${number(found.high)}` };
		}),
		{ text: number(mean) },
		{ text: number(max) },
	];
}

export function scalarsTable({ scalars, tokens_from: tokensFrom }: BenchResult): Table {
	const names = Object.keys(SCALARS) as Array<keyof typeof SCALARS>;
	return {
		title: 'Whole run',
		columns: [left(''), right('')],
		rows: names
			.filter((name) => scalars[name] !== null)
			.map((name) => [{ text: name }, { text: quantity(scalars[name], SCALARS[name]) }]),
		notes: [
			tokensFrom === 'usage'
				? 'Tokens are those of Dify’s usage'
				: 'Dify sent no usage: a token here is a text event',
			...notMeasured(names.filter((name) => scalars[name] === null)),
		],
	};
}

function notMeasured(names: readonly string[]): string[] {
	return names.length === 0 ? [] : [`Not measured: ${names.join(', ')}`];
}
