import type { RunStatus } from '../../protocol/stream/result';
import type { OutcomeName } from '../result';

/** What a run that came to its end counts as. */
export const OUTCOME_OF_STATUS: Readonly<Record<RunStatus, OutcomeName>> = {
	completed: 'completed',
	partial: 'completed',
	failed: 'dify_error',
	stopped: 'stopped',
	paused: 'paused',
	truncated: 'truncated',
	timeout: 'timeout_total',
};

/** What an HTTP status that promises no answer counts as. */
export function outcomeOfStatus(status: number): OutcomeName {
	if (status === 429) return 'http_429';
	if (status >= 500) return 'http_5xx';
	return status >= 400 ? 'http_4xx' : 'not_sse';
}

/** What a broken request counts as, by the code of Node's socket, DNS or TLS layer, or undici's. */
export function outcomeOfError(code: string, hasHeaders: boolean): OutcomeName {
	if (hasHeaders) return 'truncated';
	return /TLS|SSL|CERT|SIGNATURE|EPROTO/.test(code) ? 'tls' : 'connect';
}

/** The code of an error, or of what caused it. */
export function codeOf(error: unknown): string {
	for (let cause = error, depth = 0; depth < 4 && cause instanceof Error; depth++) {
		const { code } = cause as { code?: unknown };
		if (typeof code === 'string' && code !== 'UND_ERR_SOCKET') return code;
		cause = cause.cause ?? (cause as { errors?: unknown[] }).errors?.[0];
	}
	return error instanceof Error ? ((error as { code?: string }).code ?? error.message) : 'unknown';
}
