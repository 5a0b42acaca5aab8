import { readFileSync } from 'node:fs';

/** The machine's CPU time so far, in ticks: all of it, and what its host gave to others. */
export interface CpuTime {
	total: number;
	stolen: number;
}

/** `undefined` where there is no /proc/stat: only Linux tells. */
export function readCpuTime(): CpuTime | undefined {
	let text: string;
	try {
		text = readFileSync('/proc/stat', 'utf8');
	} catch {
		return undefined;
	}
	// user nice system idle iowait irq softirq steal; what follows is part of user and nice.
	const [line = ''] = text.split('\n');
	const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
	return { total: ticks.reduce((sum, tick) => sum + tick, 0), stolen: ticks[7] ?? 0 };
}

/** The share that was taken away between two readings, 0 to 1. */
export function stealBetween(
	before: CpuTime | undefined,
	after: CpuTime | undefined,
): number | null {
	if (before === undefined || after === undefined) return null;
	const total = after.total - before.total;
	return total <= 0 ? 0 : (after.stolen - before.stolen) / total;
}
