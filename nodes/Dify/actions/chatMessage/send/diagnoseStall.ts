import { findInvalidInput, parseAppVariables } from '../../../../../protocol/appParameters';
import type { DifyError } from '../../../../../protocol/errors/classify';
import { classifyError } from '../../../../../protocol/errors/classify';
import type { ChatRequest } from '../../../../../protocol/request';
import type { DifyClient } from '../../../transport/DifyClient';
import { tryReadMessages } from '../../../transport/messages';

/**
 * Returns why a chatflow sends pings only, or `undefined` to keep waiting. Since Dify 1.13 the worker of
 * a chatflow does not report a missing input or an unknown conversation (langgenius/dify#37197). So the
 * request is checked against the app's parameters. Only certain errors are returned.
 */
export async function diagnoseStall(
	client: DifyClient,
	{ inputs, user, conversationId = '' }: ChatRequest,
): Promise<DifyError | undefined> {
	const variables = parseAppVariables(await client.readAppParameters(user));
	const invalid = findInvalidInput(variables, inputs);
	if (invalid !== undefined) return toInvalidParamError(invalid.message);
	if (conversationId === '') return undefined;
	const query = { conversation_id: conversationId, user, limit: 1 };
	const result = await tryReadMessages(client, query);
	return !result.ok && result.error.kind === 'conversation_not_found' ? result.error : undefined;
}

/** Returns the error that other apps, and chatflows before Dify 1.13, send for an invalid input. */
function toInvalidParamError(message: string): DifyError {
	const status = 400;
	const body = JSON.stringify({ code: 'invalid_param', message, status });
	return classifyError({ from: 'http', status, contentType: 'application/json', body });
}
