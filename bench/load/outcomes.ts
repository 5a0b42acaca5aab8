import type { RunStatus } from '../../protocol/stream/result';
import type { OutcomeName } from '../result';

/** The outcome of a request whose answer ended with this status. */
export const OUTCOME_OF_STATUS: Readonly<Record<RunStatus, OutcomeName>> = {
	completed: 'completed',
	partial: 'completed',
	failed: 'dify_error',
	stopped: 'stopped',
	paused: 'paused',
	truncated: 'truncated',
	timeout: 'timeout_total',
};

/** Returns the outcome of a response that contains no answer. */
export function outcomeOfHttpStatus(status: number): OutcomeName {
	if (status === 429) return 'http_429';
	if (status >= 500) return 'http_5xx';
	return status >= 400 ? 'http_4xx' : 'not_sse';
}

/** Returns the outcome of a failed request by the error code of Node's socket, DNS or TLS layer, or of undici. */
export function outcomeOfError(code: string, hasHeaders: boolean): OutcomeName {
	if (hasHeaders) return 'truncated';
	return /TLS|SSL|CERT|SIGNATURE|EPROTO/.test(code) ? 'tls' : 'connect';
}

/** Returns the code of an error or of its cause. undici wraps the cause in a `UND_ERR_SOCKET` error. */
export function errorCodeOf(error: unknown): string {
	for (let cause = error, depth = 0; depth < 4 && cause instanceof Error; depth++) {
		const { code } = cause as { code?: unknown };
		if (typeof code === 'string' && code !== 'UND_ERR_SOCKET') return code;
		cause = cause.cause ?? (cause as { errors?: unknown[] }).errors?.[0];
	}
	return error instanceof Error ? ((error as { code?: string }).code ?? error.message) : 'unknown';
}
