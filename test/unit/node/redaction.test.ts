import { Redactor } from '../../../nodes/Dify/transport/redaction';

const KEY = 'app-0123456789abcdefghij';

describe('redaction: the key in each form', () => {
	it.each([
		KEY,
		` ${KEY} `,
		`${KEY}\n`,
		`\ufeff${KEY}`,
		`${KEY}\u200b`,
		`${KEY.slice(0, 12)}\u200b${KEY.slice(12)}`,
	])('a key that was entered as %j', (entered) => {
		const redactor = new Redactor(entered);
		const texts = [entered.trim(), KEY, `Bearer ${KEY}`, JSON.stringify(entered)];
		for (const text of texts) expect(redactor.redact(text)).not.toContain(KEY);
		expect(redactor.redact(entered)).toMatch(/^\s*\*\*\*\s*$/);
	});

	it('replaces the key at any depth and in names', () => {
		const redacted = new Redactor(KEY).redactAll({ a: [{ [KEY]: `x ${KEY}` }], n: 1, z: null });
		expect(redacted).toEqual({ a: [{ '***': 'x ***' }], n: 1, z: null });
	});

	it('leaves words alone if the key is too short to be one', () => {
		expect(new Redactor('app').redact('the app')).toBe('the app');
	});
});
