import { escapeMarkdown, escapeMarkup, scriptJson } from '../../../../bench/reports/escape';
import {
	clip,
	exact,
	number,
	percent,
	printable,
	quantity,
} from '../../../../bench/reports/format';

describe('numbers', () => {
	it.each([
		[null, '–'],
		[0, '0'],
		[0.07714, '0.0771'],
		[12.345, '12.3'],
		[999.7, '1,000'],
		[1204.4, '1,204'],
		[-3.14159, '-3.14'],
	])('%d: %s', (value, text) => {
		expect(number(value)).toBe(text);
	});

	it.each([
		[0, '0 %'],
		[0.004, '<0.01 %'],
		[98.654, '98.65 %'],
		[99.999, '>99.99 %'],
		[100, '100 %'],
		[103.5, '103.5 %'],
	])('%d percent: %s', (value, text) => {
		expect(percent(value)).toBe(text);
	});

	it('carry their unit', () => {
		expect([
			quantity(12, 'ms'),
			quantity(12, '/s'),
			quantity(12, ''),
			quantity(null, 'ms'),
		]).toEqual(['12 ms', '12/s', '12', '–']);
		expect(exact(1234.56789, 'ms')).toBe('1,234.568 ms');
	});
});

describe('text of others', () => {
	it.each([
		['two\r\n\tlines ', 'two lines'],
		['\x1b[31mred\x07\x9b', '�[31mred��'],
		['a\u202eb\u2066c', 'a�b�c'],
		['a lone \ud83d half', 'a lone � half'],
		['Grüße 👩‍👩‍👧 你好', 'Grüße 👩‍👩‍👧 你好'],
	])('is on one line and steers nothing: %j', (text, expected) => {
		expect(printable(text)).toBe(expected);
	});

	it('is cut between characters, and says so', () => {
		expect(clip('👍👍👍', 3)).toBe('👍👍👍');
		expect(clip('👍👍👍', 2)).toBe('👍…');
	});

	it('is escaped for where it goes', () => {
		expect(escapeMarkup(`<a b="c" d='e'>&amp;`)).toBe(
			'&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;',
		);
		expect(escapeMarkdown('a|b *c* [d](e) `f` <g>')).toBe(
			'a\\|b \\*c\\* \\[d\\](e) \\`f\\` \\<g\\>',
		);
		expect(scriptJson({ a: '</script>' })).toBe('{"a":"\\u003c/script>"}');
	});
});
