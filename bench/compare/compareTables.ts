import { formatNumber, formatQuantity, formatShare, NO_VALUE } from '../reports/format';
import type { Cell, Column, Table } from '../reports/tables';
import { leftColumn, rightColumn, TIMES_TITLE } from '../reports/tables';
import type { BenchResult, OutcomeName, Percentile, ScalarName } from '../result';
import { DISTRIBUTIONS, OUTCOMES, PERCENTILES, SCALARS } from '../result';
import type { Difference } from './differences';

const COMPARED_COLUMNS: Column[] = [
	leftColumn('metric'),
	...['A', 'B', 'B - A', 'B / A'].map(rightColumn),
];

/** Returns the values of the settings that differ, one row per setting. */
export function differencesTable(title: string, differences: Difference[]): Table {
	return {
		title,
		columns: ['setting', 'A', 'B'].map(leftColumn),
		rows: differences.map(({ path, a, b }) => [{ text: path }, { text: a }, { text: b }]),
		notes: [],
	};
}

/**
 * Compares the percentiles, in ms. A percentile that neither run has is left out.
 * @param hasVerdicts whether to add the column with the verdicts
 */
export function timeComparison(a: BenchResult, b: BenchResult, hasVerdicts: boolean): Table {
	const rows = DISTRIBUTIONS.flatMap((name) =>
		PERCENTILES.flatMap((percentile): Cell[][] => {
			const timeA = a.distributions[name].percentiles[percentile];
			const timeB = b.distributions[name].percentiles[percentile];
			if (timeA === null && timeB === null) return [];
			return [
				[
					{ text: `${name}.${percentile}` },
					percentileCell(timeA),
					percentileCell(timeB),
					...changeCells(timeA?.value ?? null, timeB?.value ?? null),
					...(hasVerdicts ? [verdictCell(timeA, timeB)] : []),
				],
			];
		}),
	);
	return {
		title: TIMES_TITLE,
		columns: [...COMPARED_COLUMNS, ...(hasVerdicts ? [rightColumn('verdict')] : [])],
		rows,
		notes: [],
	};
}

function percentileCell(percentile: Percentile | null): Cell {
	if (percentile === null) return { text: NO_VALUE };
	const { value, low, high } = percentile;
	return { text: formatNumber(value), detail: `${formatNumber(low)}–${formatNumber(high)}` };
}

/** A lower time is better. There is a verdict only if the bounds of the two runs do not overlap. */
function verdictCell(a: Percentile | null, b: Percentile | null): Cell {
	if (a === null || b === null) return { text: NO_VALUE };
	if (b.high < a.low) return { text: 'B lower', tone: 'good' };
	if (b.low > a.high) return { text: 'B higher', tone: 'bad' };
	return { text: 'bounds overlap' };
}

/** Compares the metrics that have one value for the whole run. */
export function scalarComparison(a: BenchResult, b: BenchResult): Table {
	const names = (Object.keys(SCALARS) as ScalarName[]).filter(
		(name) => a.scalars[name] !== null || b.scalars[name] !== null,
	);
	return {
		title: 'Whole run',
		columns: COMPARED_COLUMNS,
		rows: names.map((name) => [
			{ text: name },
			{ text: formatQuantity(a.scalars[name], SCALARS[name]) },
			{ text: formatQuantity(b.scalars[name], SCALARS[name]) },
			...changeCells(a.scalars[name], b.scalars[name]),
		]),
		notes: [],
	};
}

/** Compares how many requests ended in each outcome, with the share of all planned requests. */
export function outcomeComparison(a: BenchResult, b: BenchResult): Table {
	const countCell = ({ outcomes }: BenchResult, name: OutcomeName): Cell => {
		const planned = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
		return { text: `${formatNumber(outcomes[name])} (${formatShare(outcomes[name], planned)})` };
	};
	return {
		title: 'Outcomes',
		columns: [leftColumn('outcome'), rightColumn('A'), rightColumn('B')],
		rows: OUTCOMES.filter((name) => a.outcomes[name] > 0 || b.outcomes[name] > 0).map((name) => [
			{ text: name },
			countCell(a, name),
			countCell(b, name),
		]),
		notes: [],
	};
}

/** Returns the difference and the ratio. */
function changeCells(a: number | null, b: number | null): [Cell, Cell] {
	if (a === null || b === null) return [{ text: NO_VALUE }, { text: NO_VALUE }];
	const difference = `${b > a ? '+' : ''}${formatNumber(b - a)}`;
	return [{ text: difference }, { text: a === 0 ? NO_VALUE : formatNumber(b / a) }];
}
