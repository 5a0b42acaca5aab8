import { checkChatMode, checkInputs, isUuid } from './check';
import { CHAT_HELP, invalid, notFound, pydantic, Refusal } from './failures';
import { readFiles } from './messageFiles';
import type { Server } from './server';
import type { App } from './store';

/** What a POST /chat-messages asks. */
export interface Ask {
	query: string;
	user: string;
	inputs: Record<string, unknown>;
	isBlocking: boolean;
	conversationId: string | undefined;
	files: unknown;
}

/** The `user` of a body. @throws {Refusal} where it has none */
export function readUser(fields: Record<string, unknown>): string {
	const { user } = fields;
	if (user === undefined || user === null || user === '')
		throw invalid('Arg user must be provided.');
	return String(user);
}

/** Reads a request's body. @throws {Refusal} in Dify's order of checks (contract, 3.1 and 3.2) */
export function readAsk(app: App, body: Record<string, unknown>): Ask {
	const user = readUser(body);
	checkChatMode(app);
	const {
		inputs,
		query,
		response_mode: mode,
		conversation_id: id,
		files,
		workflow_id: version,
	} = body;
	const refuse = (field: string, complaint: string, input: unknown): never => {
		throw pydantic('ChatRequestPayload', field, complaint, input);
	};
	if (inputs === undefined) refuse('inputs', 'Field required [type=missing', body);
	if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
		refuse('inputs', 'Input should be a valid dictionary [type=dict_type', inputs);
	}
	if (query === undefined) refuse('query', 'Field required [type=missing', body);
	if (typeof query !== 'string')
		return refuse('query', 'Input should be a valid string [type=string_type', query);
	if (mode !== undefined && mode !== null && mode !== 'streaming' && mode !== 'blocking') {
		refuse('response_mode', "Input should be 'blocking' or 'streaming' [type=literal_error", mode);
	}
	if (files !== undefined && files !== null && !Array.isArray(files)) {
		refuse('files', 'Input should be a valid list [type=list_type', files);
	}
	// Dify trims whatever is there (recordings, e54).
	if (typeof id === 'number') throw new Refusal(500, 'unknown', 'Internal Server Error');
	const conversationId = typeof id === 'string' ? id.trim() : undefined;
	if (conversationId !== undefined && conversationId !== '' && !isUuid(conversationId)) {
		refuse(
			'conversation_id',
			'Value error, conversation_id must be a valid UUID [type=value_error',
			id,
		);
	}
	const isBlocking = mode !== 'streaming';
	if (app.mode === 'agent-chat' && isBlocking)
		throw invalid('Agent Chat App does not support blocking mode');
	if (app.mode === 'advanced-chat' && version !== undefined) checkVersion(app, version);
	return {
		query,
		user,
		inputs: inputs as Record<string, unknown>,
		isBlocking,
		conversationId: conversationId === '' ? undefined : conversationId,
		files,
	};
}

/** An app here has one version of its workflow (recordings, c42 to c44). */
function checkVersion(app: App, id: unknown): void {
	if (!isUuid(id)) {
		throw new Refusal(400, 'bad_request', `Invalid workflow_id format: '${String(id)}'. `);
	}
	if (id !== app.id) throw notFound(`Workflow not found with id: ${id}.`, CHAT_HELP);
}

/**
 * Checks what only a run would look at, and gives the message's files.
 *
 * @throws {Refusal} (contract, 3.4)
 */
export function checkAsk(
	{ store, profile }: Server,
	app: App,
	{ query, user, conversationId, files, inputs, isBlocking }: Ask,
): Array<Record<string, unknown>> {
	if (query === '') throw invalid('query is required');
	if (conversationId !== undefined && store.find(conversationId, app, user) === undefined) {
		throw notFound('Conversation Not Exists.', CHAT_HELP);
	}
	const isMine = (uploader: string): boolean => !profile.checksUploader || uploader === user;
	const read = readFiles(app, store, files, isMine);
	checkInputs(app, inputs, isBlocking);
	return read;
}
