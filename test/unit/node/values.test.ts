import {
	isMissing,
	parseBoolean,
	parseIdentifier,
	parseNumber,
	parseOption,
	parsePositiveInteger,
	parseText,
	parseTextOrJson,
} from '../../../nodes/Dify/helpers/values';
import { onTimeout, RequestTimeouts } from '../../../nodes/Dify/transport/requestTimeouts';

/** The value, or the text that explains why there is none. */
function result(parsed: { ok: true; value: unknown } | { ok: false; problem: string }): unknown {
	return parsed.ok ? parsed.value : `refused: ${parsed.problem}`;
}

describe('values: what an expression leaves empty', () => {
	it.each([undefined, null, ''])('%p has the default', (value) => {
		expect(isMissing(value)).toBe(true);
	});

	it.each([0, false, ' ', [], {}, Number.NaN])('%p is a value', (value) => {
		expect(isMissing(value)).toBe(false);
	});
});

describe('values: text', () => {
	it.each<[unknown, unknown]>([
		[undefined, ''],
		['5', '5'],
		[12345, '12345'],
		[1.5, '1.5'],
		[true, 'true'],
		[Number.NaN, 'refused: must be a text, not NaN'],
		[{}, 'refused: must be a text, not an object'],
		[[], 'refused: must be a text, not an array'],
		[() => '', 'refused: must be a text, not a function'],
	])('%p becomes %p', (value, expected) => {
		expect(result(parseText(value))).toBe(expected);
	});

	it('an identifier is no boolean, and at most 1000 characters long', () => {
		expect(result(parseIdentifier(7))).toBe('7');
		expect(result(parseIdentifier(false))).toBe('refused: must be a text, not a boolean');
		expect(result(parseIdentifier('x'.repeat(1_000)))).toHaveLength(1_000);
		expect(result(parseIdentifier('x'.repeat(1_001)))).toBe(
			'refused: has 1001 characters, and at most 1000 are allowed',
		);
	});

	it('an object or an array becomes JSON where that is allowed', () => {
		const circular: Record<string, unknown> = {};
		circular.self = circular;
		expect(result(parseTextOrJson({ a: [1] }))).toBe('{"a":[1]}');
		expect(result(parseTextOrJson([1, 'b']))).toBe('[1,"b"]');
		expect(result(parseTextOrJson(new Date(0)))).toBe('1970-01-01T00:00:00.000Z');
		expect(result(parseTextOrJson(circular))).toBe(
			'refused: is an object that cannot be written as JSON',
		);
	});
});

describe('values: booleans', () => {
	it.each<[unknown, unknown]>([
		[true, true],
		['true', true],
		[' TRUE ', true],
		[1, true],
		[false, false],
		['false', false],
		[0, false],
		['0', false],
		['yes', "refused: must be true or false, not 'yes'"],
		[2, "refused: must be true or false, not '2'"],
		[Number.NaN, 'refused: must be true or false, not NaN'],
		[{}, 'refused: must be true or false, not an object'],
	])('%p becomes %p', (value, expected) => {
		expect(result(parseBoolean(value))).toBe(expected);
	});
});

describe('values: numbers', () => {
	it.each<[unknown, unknown]>([
		['5', 5],
		[' 1.5 ', 1.5],
		[0, 0],
		[0.0005, 0.0005],
		[1e12, 1e12],
		[Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
		['five', "refused: must be a number of at least 0, not 'five'"],
		[-1, "refused: must be a number of at least 0, not '-1'"],
		[Number.NaN, 'refused: must be a number of at least 0, not NaN'],
		[true, 'refused: must be a number of at least 0, not a boolean'],
		[[], 'refused: must be a number of at least 0, not an array'],
	])('as a number, %p becomes %p', (value, expected) => {
		expect(result(parseNumber(value, { minimum: 0 }))).toBe(expected);
	});

	it('a message quotes only the beginning of a long value', () => {
		expect(result(parseNumber('x'.repeat(1e6), { minimum: 0 }))).toBe(
			`refused: must be a number of at least 0, not '${'x'.repeat(100)}…'`,
		);
	});

	it.each<[unknown, unknown]>([
		['5', 5],
		[1.5, 2],
		[0, 1],
		[-1, 1],
		[1e12, 100],
		['five', "refused: must be a number of at least 1, not 'five'"],
	])('as a count of 1 to 100, %p becomes %p', (value, expected) => {
		const range = { minimum: 1, maximum: 100, isInteger: true };
		expect(result(parseNumber(value, range))).toBe(expected);
	});

	it.each([true, [], 1.5, 0, -1, 'x', '', Number.NaN, Number.POSITIVE_INFINITY])(
		'%p is no positive integer',
		(value) => {
			expect(parsePositiveInteger(value).ok).toBe(false);
		},
	);
});

describe('values: options', () => {
	it('accepts only the values of the list', () => {
		expect(result(parseOption('a', ['a', 'b']))).toBe('a');
		expect(result(parseOption('constructor', ['a', 'b']))).toBe(
			"refused: must be one of 'a', 'b', not 'constructor'",
		);
		expect(result(parseOption(['a'], ['a']))).toBe("refused: must be one of 'a', not an array");
	});
});

describe('timeouts: any number of ms is accepted', () => {
	it.each([0, 0.0001, 1.5, 59_925.3, 2 ** 31, 3.6e9, 1e15, Number.POSITIVE_INFINITY, Number.NaN])(
		'%p neither throws nor fires before its time',
		async (ms) => {
			let hasFired = false;
			const cancel = onTimeout(ms, () => {
				hasFired = true;
			});
			await new Promise((resolve) => setTimeout(resolve, 30));
			expect(hasFired).toBe(!(ms > 1000));
			cancel();
		},
	);

	it('a limit of 41 days, given in seconds by a user who thought of ms, ends nothing early', async () => {
		const limits = { idleTimeoutMs: 3.6e9, maxDurationMs: 3.6e9 };
		const timeouts = new RequestTimeouts(limits);
		await new Promise((resolve) => setTimeout(resolve, 30));
		expect(timeouts.abortReason).toBeUndefined();
		timeouts.dispose();
	});
});
