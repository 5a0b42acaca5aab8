import type { ErrorRule } from './errorRule';
import { anyOf, hasCode, messageMatches } from './errorRule';

/** Requests that Dify, the model's provider or a proxy rejected because there were too many. */
export const RATE_LIMIT_RULES: readonly ErrorRule[] = [
	{
		kind: 'rate_limited',
		matches: anyOf(
			({ status }) => status === 429,
			hasCode('rate_limit_error', 'too_many_requests'),
		),
		message: ({ message }) => message || 'Too many requests (429)',
		hint: 'Try again later. The node does not repeat the request, because Dify may already have billed the run.',
	},
	{
		// For this limit Dify documents status 429 but returns 400 (docs/dify-api.md#error-codes).
		kind: 'concurrency_limit',
		matches: messageMatches(/^Too many requests/),
		hint: "The app's limit of concurrent requests is reached. Lower 'Max Concurrency', or raise the limit in Dify. With a limit of 1, chatflows since Dify 1.13 reject every streaming request.",
	},
];
