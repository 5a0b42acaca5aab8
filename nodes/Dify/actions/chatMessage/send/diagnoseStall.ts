import {
	findInvalidInput,
	findUnsetSelect,
	parseAppVariables,
} from '../../../../../protocol/appParameters';
import type { DifyError } from '../../../../../protocol/errors/classify';
import { classifyError } from '../../../../../protocol/errors/classify';
import type { ChatRequest } from '../../../../../protocol/request';
import { isVersionInRange } from '../../../../../protocol/version';
import type { StalledRun } from '../../../chat/ChatRun';
import type { DifyClient } from '../../../transport/DifyClient';
import { parseObject } from '../../../transport/httpResponse';
import { tryReadMessages } from '../../../transport/messages';

/**
 * Returns why a chatflow sends pings only, or `undefined` to keep waiting. The worker of a chatflow of
 * Dify 1.13 and 1.14 does not report a missing input or an unknown conversation (langgenius/dify#37197),
 * so the request is checked against the app's parameters. Only errors with which Dify certainly does not
 * start the run are returned. Other versions report such an error at once. If they send nothing, or if
 * the version is not known, the run may wait in a queue or the app may be slow.
 */
export async function diagnoseStall(
	client: DifyClient,
	{ inputs, user, conversationId = '' }: ChatRequest,
	{ difyVersion, signal }: StalledRun,
): Promise<DifyError | undefined> {
	if (!isVersionInRange(difyVersion, '1.13', '1.15')) return undefined;
	if (!(await isChatflow(client, signal))) return undefined;
	const variables = parseAppVariables(await client.readAppParameters(user));
	const invalid = findInvalidInput(variables, inputs) ?? findUnsetSelect(variables, inputs);
	if (invalid !== undefined) return toInvalidParamError(invalid.message);
	if (conversationId === '') return undefined;
	const query = { conversation_id: conversationId, user, limit: 1 };
	const result = await tryReadMessages(client, query, { signal });
	return !result.ok && result.error.kind === 'conversation_not_found' ? result.error : undefined;
}

/** Returns whether the app is a chatflow for certain. Chatbots and agents report an error at once. */
async function isChatflow(client: DifyClient, signal: AbortSignal): Promise<boolean> {
	const result = await client.trySideRequest({ method: 'GET', path: '/info', signal }, parseObject);
	return result.ok && result.body.mode === 'advanced-chat';
}

/** Returns the error that other apps, and chatflows before Dify 1.13, send for an invalid input. */
function toInvalidParamError(message: string): DifyError {
	const status = 400;
	const body = JSON.stringify({ code: 'invalid_param', message, status });
	return classifyError({ from: 'http', status, contentType: 'application/json', body });
}
