import {
	escapeMarkdown,
	escapeMarkup,
	toPrintable,
	toScriptJson,
	truncate,
} from '../../../../bench/reports/untrustedText';

describe('untrusted text in reports:', () => {
	it.each([
		['two\r\n\tlines ', 'two lines'],
		['\x1b[31mred\x07\x9b', '�[31mred��'],
		['a\u202eb\u2066c', 'a�b�c'],
		['a lone \ud83d half', 'a lone � half'],
		['Grüße 👩‍👩‍👧 你好', 'Grüße 👩‍👩‍👧 你好'],
	])('becomes one line without control characters: %j', (text, expected) => {
		expect(toPrintable(text)).toBe(expected);
	});

	it('is shortened between characters and ends with …', () => {
		expect(truncate('👍👍👍', 3)).toBe('👍👍👍');
		expect(truncate('👍👍👍', 2)).toBe('👍…');
	});

	it('is escaped for HTML, Markdown and script elements', () => {
		expect(escapeMarkup(`<a b="c" d='e'>&amp;`)).toBe(
			'&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;',
		);
		expect(escapeMarkdown('a|b *c* [d](e) `f` <g>')).toBe(
			'a\\|b \\*c\\* \\[d\\](e) \\`f\\` \\<g\\>',
		);
		expect(toScriptJson({ a: '</script>' })).toBe('{"a":"\\u003c/script>"}');
	});
});
