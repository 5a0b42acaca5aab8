import {
	formatExact,
	formatNumber,
	formatPercent,
	formatQuantity,
} from '../../../../bench/reports/format';

describe('report numbers:', () => {
	it.each([
		[null, '–'],
		[0, '0'],
		[0.07714, '0.0771'],
		[12.345, '12.3'],
		[999.7, '1,000'],
		[1204.4, '1,204'],
		[-3.14159, '-3.14'],
	])('formats %d as %s', (value, text) => {
		expect(formatNumber(value)).toBe(text);
	});

	it.each([
		[0, '0 %'],
		[0.004, '<0.01 %'],
		[98.654, '98.65 %'],
		[99.999, '>99.99 %'],
		[100, '100 %'],
		[103.5, '103.5 %'],
	])('formats the percentage %d as %s', (value, text) => {
		expect(formatPercent(value)).toBe(text);
	});

	it('adds the unit, with a space unless it is a rate', () => {
		expect([
			formatQuantity(12, 'ms'),
			formatQuantity(12, '/s'),
			formatQuantity(12, ''),
			formatQuantity(null, 'ms'),
		]).toEqual(['12 ms', '12/s', '12', '–']);
		expect(formatExact(1234.56789, 'ms')).toBe('1,234.568 ms');
	});
});
