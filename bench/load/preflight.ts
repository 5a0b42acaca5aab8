import { Client } from 'undici';
import { MAX_ERROR_BODY_BYTES, classifyError } from '../../protocol/errors/classify';
import { UsageError } from '../usageError';
import { codeOf, outcomeOfError } from './outcomes';

const TIMEOUT_MS = 10_000;

/** What GET /info says of an app; older versions of Dify leave out the mode. */
export interface AppInfo {
	name: string;
	mode: string;
}

/**
 * Asks for GET /info once before a run: a wrong key or address is said once, not by each request.
 *
 * @throws {UsageError} when Dify, or whatever answers, does not take the key or is no Dify
 */
export async function askForApp(baseUrl: string, key: string, insecure: boolean): Promise<AppInfo> {
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
		const info = statusCode === 200 ? parsed(text) : undefined;
		if (info !== undefined) return info;
		const failure = classifyError({
			from: 'http',
			status: statusCode,
			contentType: String(headers['content-type'] ?? ''),
			body: text,
			location: typeof headers.location === 'string' ? headers.location : undefined,
		});
		throw new UsageError(`GET ${baseUrl}/info: ${failure.message}. ${adviceOn(statusCode)}`);
	} catch (error) {
		if (error instanceof UsageError) throw error;
		const code = codeOf(error);
		if (outcomeOfError(code, false) === 'tls') {
			throw new UsageError(
				`the certificate of ${origin} is not trusted (${code}). NODE_EXTRA_CA_CERTS names one that is; --insecure does without`,
			);
		}
		const failure = classifyError({ from: 'network', code });
		throw new UsageError(
			`${failure.message}. Check --url, and that this machine can reach ${origin}`,
		);
	} finally {
		await client.destroy();
	}
}

function adviceOn(status: number): string {
	return status === 401 || status === 403
		? "Check --key: the API key of the app, from Dify's 'API Access' page"
		: "Check --url: Dify's base URL ends in /v1, unless a proxy maps it elsewhere";
}

function parsed(text: string): AppInfo | undefined {
	try {
		const info: unknown = JSON.parse(text);
		if (typeof info !== 'object' || info === null || !('name' in info)) return undefined;
		const { name, mode = 'unknown' } = info as { name: unknown; mode?: unknown };
		return { name: String(name), mode: String(mode) };
	} catch {
		return undefined;
	}
}
