import { BaseUrlError, normalizeBaseUrl } from '../../../protocol/baseUrl';

describe('base URL', () => {
	it.each([
		['https://api.dify.ai/v1', 'https://api.dify.ai/v1'],
		['https://api.dify.ai', 'https://api.dify.ai/v1'],
		['https://api.dify.ai/', 'https://api.dify.ai/v1'],
		['https://api.dify.ai/v1///', 'https://api.dify.ai/v1'],
		[' http://localhost:8080 ', 'http://localhost:8080/v1'],
		['http://10.0.0.2/dify/v1/', 'http://10.0.0.2/dify/v1'],
		['https://gateway.example.com/ai', 'https://gateway.example.com/ai'],
		['http://[::1]:5001/v1', 'http://[::1]:5001/v1'],
	])('normalizes %j to %j', (given, expected) => {
		expect(normalizeBaseUrl(given)).toBe(expected);
	});

	it.each([
		'',
		'   ',
		'api.dify.ai',
		'localhost:8080',
		'ftp://x/v1',
		'https://u:p@x/v1',
		'https://x/v1?a=1',
		'https://x/v1#a',
	])('rejects %j', (given) => {
		expect(() => normalizeBaseUrl(given)).toThrow(BaseUrlError);
	});
});
