import { readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(path, 'utf8');

/** uPlot as its package has it, to be put into a page, with the licence that has to go with it. */
export function uPlotSource(): { script: string; style: string } {
	const licence = read(require.resolve('uplot/LICENSE'));
	return {
		script: `/*\n${licence}*/\n${read(require.resolve('uplot/dist/uPlot.iife.min.js'))}`,
		style: read(require.resolve('uplot/dist/uPlot.min.css')),
	};
}
