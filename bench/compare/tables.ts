import type { Cell, Table } from '../reports/tables';
import type { BenchResult, Percentile, ScalarName } from '../result';
import { DISTRIBUTIONS, OUTCOMES, PERCENTILES, SCALARS } from '../result';
import { NONE, number, quantity, share } from '../reports/format';
import type { Difference } from './setup';

const columns = (first: string, ...others: string[]): Table['columns'] => [
	{ title: first, align: 'left' },
	...others.map((title): Table['columns'][number] => ({ title, align: 'right' })),
];

export function differencesTable(title: string, differences: Difference[]): Table {
	return {
		title,
		columns: ['', 'A', 'B'].map((head) => ({ title: head, align: 'left' })),
		rows: differences.map(({ part, a, b }) => [{ text: part }, { text: a }, { text: b }]),
		notes: [],
	};
}

/** A row for each percentile that one of the runs has; with a verdict only where one may be given. */
export function timesTable(a: BenchResult, b: BenchResult, isJudged: boolean): Table {
	const rows = DISTRIBUTIONS.flatMap((name) =>
		PERCENTILES.flatMap((percentile): Cell[][] => {
			const left = a.distributions[name].percentiles[percentile];
			const right = b.distributions[name].percentiles[percentile];
			if (left === null && right === null) return [];
			return [
				[
					{ text: `${name}.${percentile}` },
					interval(left),
					interval(right),
					...change(left?.value ?? null, right?.value ?? null),
					...(isJudged ? [verdict(left, right)] : []),
				],
			];
		}),
	);
	return {
		title: 'Times, in ms, with their bounds (95 % confidence each way)',
		columns: columns('', 'A', 'B', 'B - A', 'B / A', ...(isJudged ? ['verdict'] : [])),
		rows,
		notes: [],
	};
}

function interval(percentile: Percentile | null): Cell {
	if (percentile === null) return { text: NONE };
	const { value, low, high } = percentile;
	return { text: number(value), detail: `${number(low)}–${number(high)}` };
}

/** Lower is better of every time. */
function verdict(a: Percentile | null, b: Percentile | null): Cell {
	if (a === null || b === null) return { text: NONE };
	if (b.high < a.low) return { text: 'B lower', tone: 'good' };
	if (b.low > a.high) return { text: 'B higher', tone: 'bad' };
	return { text: 'not told apart' };
}

export function scalarsTable(a: BenchResult, b: BenchResult): Table {
	const names = (Object.keys(SCALARS) as ScalarName[]).filter(
		(name) => a.scalars[name] !== null || b.scalars[name] !== null,
	);
	return {
		title: 'Whole run',
		columns: columns('', 'A', 'B', 'B - A', 'B / A'),
		rows: names.map((name) => [
			{ text: name },
			{ text: quantity(a.scalars[name], SCALARS[name]) },
			{ text: quantity(b.scalars[name], SCALARS[name]) },
			...change(a.scalars[name], b.scalars[name]),
		]),
		notes: [],
	};
}

export function outcomesTable(a: BenchResult, b: BenchResult): Table {
	const cell = ({ outcomes }: BenchResult, name: (typeof OUTCOMES)[number]): Cell => {
		const planned = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
		return { text: `${number(outcomes[name])} (${share(outcomes[name], planned)})` };
	};
	return {
		title: 'Outcomes',
		columns: columns('', 'A', 'B'),
		rows: OUTCOMES.filter((name) => a.outcomes[name] > 0 || b.outcomes[name] > 0).map((name) => [
			{ text: name },
			cell(a, name),
			cell(b, name),
		]),
		notes: [],
	};
}

/** The difference and the ratio. */
function change(a: number | null, b: number | null): [Cell, Cell] {
	if (a === null || b === null) return [{ text: NONE }, { text: NONE }];
	const difference = `${b > a ? '+' : ''}${number(b - a)}`;
	return [{ text: difference }, { text: a === 0 ? NONE : number(b / a) }];
}
