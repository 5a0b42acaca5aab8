/**
 * The script that draws the charts of charts.ts with uPlot. It redraws them when the color scheme changes
 * and resizes them with the window. It is a string because it runs in the browser.
 */
export const CHART_SCRIPT = `'use strict';
(() => {
	const charts = JSON.parse(document.getElementById('charts').textContent);
	const HEIGHT = 220;
	const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
	const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
	const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
	const formatNumber = (value) => (Math.abs(value) < 1000 ? threeDigits : integer).format(value);
	const formatQuantity = (value, unit) =>
		value === null || value === undefined
			? '–'
			: formatNumber(value) + (unit === '' || unit.startsWith('/') ? unit : ' ' + unit);
	const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
	const elementOf = (chart) => document.getElementById('chart-' + chart.id);

	function draw(chart) {
		const { edges } = chart;
		const axis = {
			stroke: color('--dim'),
			grid: { stroke: color('--line'), width: 1 },
			ticks: { stroke: color('--line'), width: 1 },
			font: '12px system-ui, sans-serif',
		};
		const labels = edges === null
			? (_, splits) => splits.map((value) => value + ' s')
			: (_, splits) => splits.map((index) => (index in edges ? compact.format(edges[index]) + ' ms' : ''));
		const valueOfX = edges === null
			? (_, value) => (value === null ? '–' : value + ' s')
			: (_, index) => (index === null ? '–' : formatNumber(edges[index]) + '–' + formatNumber(edges[index + 1]) + ' ms');
		const options = {
			width: elementOf(chart).clientWidth,
			height: HEIGHT,
			scales: {
				x: { time: false, range: edges === null ? undefined : [0, chart.x.length] },
				y: { range: (_, min, max) => [0, max === null || max <= 0 ? 1 : max * 1.08] },
			},
			axes: [
				{ ...axis, space: 70, incrs: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400], values: labels },
				{ ...axis, size: 56, values: (_, splits) => splits.map((value) => compact.format(value)) },
			],
			cursor: { y: false, drag: { x: edges === null, y: false } },
			series: [
				{ label: edges === null ? 'time' : 'range', value: valueOfX },
				...chart.series.map((line) => ({
					label: line.label,
					stroke: color(line.color),
					fill: line.isFilled ? color('--fill') : undefined,
					width: 1.5,
					points: { show: edges === null && chart.x.length === 1 },
					paths: edges === null ? undefined : uPlot.paths.bars({ size: [1, Infinity], align: 1, gap: 1 }),
					value: (_, value) => formatQuantity(value, line.unit),
				})),
			],
		};
		return new uPlot(options, [chart.x, ...chart.series.map((line) => line.values)], elementOf(chart));
	}

	let plots = [];
	function drawAll() {
		for (const plot of plots) plot.destroy();
		plots = charts.map(draw);
	}
	addEventListener('resize', () => {
		plots.forEach((plot, index) => plot.setSize({ width: elementOf(charts[index]).clientWidth, height: HEIGHT }));
	});
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
	drawAll();
})();
`;
