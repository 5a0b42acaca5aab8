import { BaseUrlError, normalizeBaseUrl } from '../../protocol/request';
import { UsageError } from '../usageError';
import type { Reader } from './flags';

/** Whom to ask, and with what. */
export interface Target {
	/** Dify's base URL, or n8n's webhook. */
	url: string;
	/** `undefined` for an n8n webhook without one. */
	key: string | undefined;
}

/** @throws {UsageError} */
export function readTarget(given: Reader, env: NodeJS.ProcessEnv): Target {
	const url = given.text('url') ?? env.DIFY_BASE_URL;
	const key = (given.text('key') ?? env.DIFY_API_KEY)?.trim();
	if (url === undefined)
		throw new UsageError('--url is missing: the base URL, such as https://api.dify.ai/v1');
	if (key === undefined || key === '') {
		throw new UsageError(
			'--key is missing: the API key of the app, or DIFY_API_KEY in the environment',
		);
	}
	// What Node would refuse to put into a header, with the key in its message.
	if (!/^[\x21-\x7e]+$/.test(key))
		throw new UsageError('--key holds characters that no API key has');
	try {
		return { url: normalizeBaseUrl(url), key };
	} catch (error) {
		if (error instanceof BaseUrlError) throw new UsageError(`--url: ${error.message}`);
		throw error;
	}
}

/** The address is taken as it is; the key is one that the webhook itself asks for. */
export function readWebhook(given: Reader): Target {
	const url = given.text('url');
	if (url === undefined || !URL.canParse(url) || !/^https?:/.test(url)) {
		throw new UsageError(
			"--url: the webhook's production address, such as https://n8n.example.com/webhook/dify-stream",
		);
	}
	return { url, key: given.text('key') };
}
