/**
 * The page's own script: draws the charts (see charts.ts) with uPlot, again where the light changes, and
 * fits them to the window. It runs in a browser, so it is text here.
 */
export const CLIENT = `'use strict';
(() => {
	const charts = JSON.parse(document.getElementById('charts').textContent);
	const HEIGHT = 220;
	const digits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
	const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
	const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
	const number = (value) => (Math.abs(value) < 1000 ? digits : whole).format(value);
	const quantity = (value, unit) =>
		value === null || value === undefined
			? '–'
			: number(value) + (unit === '' || unit.startsWith('/') ? unit : ' ' + unit);
	const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
	const boxOf = (chart) => document.getElementById('chart-' + chart.id);

	function draw(chart) {
		const { edges } = chart;
		const axis = {
			stroke: colour('--dim'),
			grid: { stroke: colour('--line'), width: 1 },
			ticks: { stroke: colour('--line'), width: 1 },
			font: '12px system-ui, sans-serif',
		};
		const labels = edges === null
			? (_, splits) => splits.map((value) => value + ' s')
			: (_, splits) => splits.map((index) => (index in edges ? compact.format(edges[index]) + ' ms' : ''));
		const valueOfX = edges === null
			? (_, value) => (value === null ? '–' : value + ' s')
			: (_, index) => (index === null ? '–' : number(edges[index]) + '–' + number(edges[index + 1]) + ' ms');
		const options = {
			width: boxOf(chart).clientWidth,
			height: HEIGHT,
			scales: {
				x: { time: false, range: edges === null ? undefined : [0, chart.x.length] },
				y: { range: (_, least, most) => [0, most === null || most <= 0 ? 1 : most * 1.08] },
			},
			axes: [
				{ ...axis, space: 70, incrs: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400], values: labels },
				{ ...axis, size: 56, values: (_, splits) => splits.map((value) => compact.format(value)) },
			],
			cursor: { y: false, drag: { x: edges === null, y: false } },
			series: [
				{ label: edges === null ? 'time' : 'from, to', value: valueOfX },
				...chart.series.map((line) => ({
					label: line.label,
					stroke: colour(line.colour),
					fill: line.isFilled ? colour('--fill') : undefined,
					width: 1.5,
					points: { show: edges === null && chart.x.length === 1 },
					paths: edges === null ? undefined : uPlot.paths.bars({ size: [1, Infinity], align: 1, gap: 1 }),
					value: (_, value) => quantity(value, line.unit),
				})),
			],
		};
		return new uPlot(options, [chart.x, ...chart.series.map((line) => line.values)], boxOf(chart));
	}

	let plots = [];
	function drawAll() {
		for (const plot of plots) plot.destroy();
		plots = charts.map(draw);
	}
	addEventListener('resize', () => {
		plots.forEach((plot, index) => plot.setSize({ width: boxOf(charts[index]).clientWidth, height: HEIGHT }));
	});
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
	drawAll();
})();
`;
