import type { DifyError } from '../../../../../protocol/errors/classify';
import { classifyError } from '../../../../../protocol/errors/classify';
import { findInvalidInput, parseAppVariables } from '../../../../../protocol/appParameters';
import type { Connection } from '../../../transport/connection';
import type { AppParameters } from '../../appParameters';

export interface SilentRequest {
	inputs: Record<string, unknown>;
	user: string;
	conversationId: string;
}

/**
 * Why a chatflow that answered with a ping says nothing more. Since 1.13 its worker refuses a missing
 * input or an unknown conversation without a word (dify#37197), so the request is held against what
 * the app says of itself. Only what is certain counts; `undefined` means: go on waiting.
 */
export async function explainSilence(
	connection: Connection,
	app: AppParameters,
	{ inputs, user, conversationId }: SilentRequest,
): Promise<DifyError | undefined> {
	const refused = findInvalidInput(parseAppVariables(await app.read()), inputs);
	if (refused !== undefined) return refusedByDify(400, 'invalid_param', refused.message);
	if (conversationId === '') return undefined;
	const conversation = await connection.json({
		method: 'GET',
		path: '/messages',
		qs: { conversation_id: conversationId, user, limit: 1 },
	});
	return !conversation.ok && conversation.failure.kind === 'conversation_not_found'
		? conversation.failure
		: undefined;
}

/** The failure that Dify's other apps, and older chatflows, answer such a request with. */
function refusedByDify(status: number, code: string, message: string): DifyError {
	const body = JSON.stringify({ code, message, status });
	return classifyError({ from: 'http', status, contentType: 'application/json', body });
}
