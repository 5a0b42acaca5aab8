import type { RunStatus } from '../../protocol/stream/result';
import type { OutcomeName } from '../result';

/** The outcome of a request for each status of its answer. */
export const OUTCOME_OF_STATUS: Readonly<Record<RunStatus, OutcomeName>> = {
	completed: 'completed',
	partial: 'completed',
	failed: 'dify_error',
	stopped: 'stopped',
	paused: 'paused',
	truncated: 'truncated',
	timeout: 'timeout_total',
};

/**
 * Returns the outcome for the HTTP status of a response that is not an answer. A status below 400 gives
 * `not_sse`: a redirect, or HTML or JSON instead of an event stream.
 */
export function outcomeOfHttpStatus(status: number): OutcomeName {
	if (status === 429) return 'http_429';
	if (status >= 500) return 'http_5xx';
	return status >= 400 ? 'http_4xx' : 'not_sse';
}

/**
 * Returns the outcome of a request whose connection failed. `code` is an error code of Node.js or
 * undici, such as ECONNREFUSED. If the response headers have arrived, the answer is `truncated`.
 */
export function outcomeOfError(code: string, hasHeaders: boolean): OutcomeName {
	if (hasHeaders) return 'truncated';
	return isCertificateError(code) || /TLS|SSL|EPROTO/.test(code) ? 'tls' : 'connect';
}

/**
 * Whether an error code says that the server's certificate is not trusted, such as CERT_HAS_EXPIRED. The
 * codes that start with ERR_SSL_ are errors of the TLS handshake.
 */
export function isCertificateError(code: string): boolean {
	return /^(?!ERR_SSL_).*(?:CERT|SIGNATURE)/.test(code);
}

/**
 * Returns the code of an error, or its message if it has no code. If undici wrapped the error of a
 * connection in a `UND_ERR_SOCKET` error, the code is that of the wrapped error.
 */
export function errorCodeOf(error: unknown): string {
	for (let cause = error, depth = 0; depth < 4 && cause instanceof Error; depth++) {
		const { code } = cause as { code?: unknown };
		if (typeof code === 'string' && code !== 'UND_ERR_SOCKET') return code;
		cause = cause.cause ?? (cause as { errors?: unknown[] }).errors?.[0];
	}
	return error instanceof Error ? ((error as { code?: string }).code ?? error.message) : 'unknown';
}
