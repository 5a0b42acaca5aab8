/** The base URL is not usable. `message` names the reason. */
export class BaseUrlError extends Error {
	override readonly name = 'BaseUrlError';
}

/** The endpoints that people paste with the base URL (docs/dify-api.md#endpoints). */
const ENDPOINTS =
	'chat-messages|completion-messages|workflows|files|messages|conversations|audio-to-text|text-to-audio|parameters|info|meta|site';

/**
 * Corrections of a typed or pasted base URL, to apply in this order after `trim()`. The credential test
 * applies the same ones in an expression (credentials/DifyApi.credentials.ts).
 */
export const BASE_URL_CORRECTIONS: ReadonlyArray<readonly [pattern: RegExp, replacement: string]> =
	[
		// "https:/host" and "https:host".
		[/^(https?):\/*/i, '$1://'],
		// An address without a scheme: http for this computer, for a host of the local network and for an IP address.
		[
			/^(?![a-z][a-z\d+.-]*:\/\/)((?:[^\s./:]+|[^\s/:]+\.(?:internal|local|localhost)|\d+(?:\.\d+){3}|\[[^\s/\]]*\])(?:[:/]|$))/i,
			'http://$1',
		],
		[/^(?![a-z][a-z\d+.-]*:\/\/)(?=.)/i, 'https://'],
		// The address of an endpoint instead of the address of the API.
		[new RegExp(`(\\/v1)\\/(?:${ENDPOINTS})(?:[/?#][^]*)?$`, 'i'), '$1'],
		[/\/(?:chat-messages|completion-messages)(?:[/?#][^]*)?$/i, ''],
		// Slashes at the end. The lookbehind keeps the search linear.
		[/(?<!\/)\/+$/, ''],
		// Dify's default path.
		[/^(https?:\/\/[^/?#]+)$/i, '$1/v1'],
	];

/** What a corrected base URL looks like: no user name, password, query, fragment or space. */
export const BASE_URL_PATTERN =
	/^https?:\/\/(?:[^\s/?#@:[\]\\]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:\/[^\s?#\\]*)?$/i;

/**
 * Returns the base URL without a trailing slash, ready for paths such as `/chat-messages`.
 *
 * A URL without a path gets Dify's default `/v1`. An existing path is kept, because Dify may run below
 * a path, or a gateway may map one to `/v1`. The path of an endpoint is removed, and a missing scheme is
 * added. Both http and https are allowed: n8n often reaches a self-hosted Dify over http.
 *
 * @throws {BaseUrlError} when it is not an http(s) URL, or has credentials, a query or a fragment
 */
export function normalizeBaseUrl(baseUrl: string): string {
	const trimmed = baseUrl.trim();
	if (trimmed === '') throw new BaseUrlError('The base URL is empty');
	const corrected = BASE_URL_CORRECTIONS.reduce(
		(text, [pattern, replacement]) => text.replace(pattern, replacement),
		trimmed,
	);
	const url = parseUrl(corrected);
	if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
		throw new BaseUrlError('The base URL must be an address that begins with http:// or https://');
	}
	if (url.username !== '' || url.password !== '') {
		throw new BaseUrlError('The base URL must not contain a user name or password');
	}
	if (url.search !== '' || url.hash !== '' || /[?#]/.test(corrected)) {
		throw new BaseUrlError('The base URL must not contain a query or a fragment');
	}
	if (!BASE_URL_PATTERN.test(corrected)) {
		throw new BaseUrlError('The base URL must be an address that begins with http:// or https://');
	}
	let path = url.pathname;
	while (path.endsWith('/')) path = path.slice(0, -1);
	return `${url.origin}${path === '' ? '/v1' : path}`;
}

function parseUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}
