/** The base URL is not usable. `message` names the reason. */
export class BaseUrlError extends Error {
	override readonly name = 'BaseUrlError';
}

/**
 * Returns the base URL without a trailing slash, ready for paths such as `/chat-messages`.
 *
 * A URL without a path gets Dify's default `/v1`. An existing path is kept, because Dify may run below
 * a path, or a gateway may map one to `/v1`. Both http and https are allowed: n8n often reaches a
 * self-hosted Dify over http.
 *
 * @throws {BaseUrlError} when it is not an http(s) URL, or has credentials, a query or a fragment
 */
export function normalizeBaseUrl(baseUrl: string): string {
	const trimmed = baseUrl.trim();
	if (trimmed === '') throw new BaseUrlError('The base URL is empty');
	const url = parseUrl(trimmed);
	if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
		throw new BaseUrlError('The base URL must be an address that begins with http:// or https://');
	}
	if (url.username !== '' || url.password !== '') {
		throw new BaseUrlError('The base URL must not contain a user name or password');
	}
	if (url.search !== '' || url.hash !== '') {
		throw new BaseUrlError('The base URL must not contain a query or a fragment');
	}
	let path = url.pathname;
	while (path.endsWith('/')) path = path.slice(0, -1);
	return `${url.origin}${path === '' ? '/v1' : path}`;
}

function parseUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}
