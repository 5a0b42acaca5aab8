import { BASE_URL_CORRECTIONS, BaseUrlError, normalizeBaseUrl } from '../../../protocol/baseUrl';
import { INVALID_BASE_URLS, NORMALIZED_BASE_URLS } from '../../fixtures/baseUrls';

it.each(NORMALIZED_BASE_URLS)('base URL: normalizes %j to %j', (given, expected) => {
	expect(normalizeBaseUrl(given)).toBe(expected);
	expect(normalizeBaseUrl(expected)).toBe(expected);
});

it.each(INVALID_BASE_URLS)('base URL: rejects %j', (given) => {
	expect(() => normalizeBaseUrl(given)).toThrow(BaseUrlError);
});

it.each(['/', '/v1/info', 'a.', ' ', '::', '[', '/chat-messages\n'])(
	'base URL: corrects a long text of repeated %j in linear time',
	(part) => {
		const time = (length: number): number => {
			const text = `https://x${part.repeat(length)}y`;
			const startedAt = performance.now();
			for (const [pattern, replacement] of BASE_URL_CORRECTIONS) text.replace(pattern, replacement);
			return performance.now() - startedAt;
		};
		time(1_000);
		// A quadratic search of 400,000 characters takes many seconds.
		expect(time(400_000)).toBeLessThan(2_000);
	},
);
