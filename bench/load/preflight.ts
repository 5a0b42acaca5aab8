import { Client } from 'undici';
import type { DifyError } from '../../protocol/errors/classify';
import { classifyError, MAX_ERROR_BODY_BYTES } from '../../protocol/errors/classify';
import { UsageError } from '../usageError';
import { errorCodeOf, isCertificateError, outcomeOfError } from './outcomes';

const TIMEOUT_MS = 10_000;

/** The app that the API key belongs to. Older versions of Dify omit the mode. */
export interface AppInfo {
	name: string;
	mode: string;
}

/**
 * Returns the app of the API key, from `GET /info`. A run calls this before it sends requests, so that
 * a wrong key or address is reported once instead of once per request.
 *
 * @throws {UsageError} if the server rejects the key, is not a Dify API or cannot be reached
 */
export async function fetchAppInfo(
	baseUrl: string,
	key: string,
	insecure: boolean,
): Promise<AppInfo> {
	const { origin, pathname } = new URL(`${baseUrl}/info`);
	const client = new Client(origin, {
		connect: { rejectUnauthorized: !insecure, timeout: TIMEOUT_MS },
	});
	try {
		const { statusCode, headers, body } = await client.request({
			method: 'GET',
			path: pathname,
			headers: { Authorization: `Bearer ${key}`, 'User-Agent': 'dify-bench' },
			headersTimeout: TIMEOUT_MS,
			bodyTimeout: TIMEOUT_MS,
		});
		const text = (await body.text()).slice(0, MAX_ERROR_BODY_BYTES);
		const info = statusCode === 200 ? parseAppInfo(text) : undefined;
		if (info !== undefined) return info;
		const failure = classifyError({
			from: 'http',
			status: statusCode,
			contentType: String(headers['content-type'] ?? ''),
			body: text,
			location: baseUrlOf(headers.location),
		});
		const message = failure.message.replace(/\.$/, '');
		throw new UsageError(`GET ${baseUrl}/info: ${message}. ${adviceFor(failure, statusCode)}`);
	} catch (error) {
		if (error instanceof UsageError) throw error;
		const code = errorCodeOf(error);
		if (outcomeOfError(code, false) === 'tls') throw new UsageError(describeTlsError(origin, code));
		const failure = classifyError({ from: 'network', code });
		throw new UsageError(
			`${failure.message}. Check --url, and that this machine can reach ${origin}`,
		);
	} finally {
		await client.destroy();
	}
}

/** Returns the base URL that a redirect of `GET /info` leads to. */
function baseUrlOf(location: string | string[] | undefined): string | undefined {
	return typeof location === 'string' ? location.replace(/\/info$/, '') : undefined;
}

function adviceFor({ kind }: DifyError, status: number): string {
	if (kind === 'redirect') {
		return 'dify-bench does not follow redirects. Set --url to that address if you trust it';
	}
	if (kind === 'app_disabled') return "Enable the app's API on its 'API Access' page";
	if (status === 401 || status === 403) {
		return "Check --key: it must be the API key of the app, from Dify's 'API Access' page";
	}
	if (status === 429) return 'Try again later';
	if (status >= 500) return 'Check that Dify is running';
	return "Check --url: Dify's base URL ends in /v1, unless a proxy uses another path";
}

function describeTlsError(origin: string, code: string): string {
	if (isCertificateError(code)) {
		return `The TLS certificate of ${origin} is not trusted (${code}). Set NODE_EXTRA_CA_CERTS to a file with its CA certificate, or use --insecure to skip the verification`;
	}
	if (code.includes('ALERT')) return `${origin} rejected the TLS handshake (${code})`;
	return `${origin} does not answer with TLS (${code}). If the server uses http, change https:// to http:// in --url`;
}

function parseAppInfo(text: string): AppInfo | undefined {
	try {
		const info: unknown = JSON.parse(text);
		if (typeof info !== 'object' || info === null || !('name' in info)) return undefined;
		const { name, mode = 'unknown' } = info as { name: unknown; mode?: unknown };
		return { name: String(name), mode: String(mode) };
	} catch {
		return undefined;
	}
}
