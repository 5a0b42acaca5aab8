import { randomUUID } from 'node:crypto';
import type { App, AppMode, MessageFile } from '../model';
import type { ServerContext } from '../server';
import type { VersionProfile } from '../versions';
import {
	CHAT_MESSAGES_ROUTE_HINT,
	HttpError,
	internalError,
	invalidParam,
	notFound,
	pydanticError,
} from './errors';

// Written out, as the router rejects a nested quantifier.
const HEX = '[0-9a-fA-F]';
export const UUID_PATTERN = `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`;
const UUID = new RegExp(`^${UUID_PATTERN}$`);

/** Returns a path parameter that matches UUIDs only. Other values get Flask's 404 page. */
export function uuidParam(name: string): string {
	return `:${name}(^${UUID_PATTERN}$)`;
}

export function isUuid(id: unknown): id is string {
	return typeof id === 'string' && UUID.test(id);
}

const CHAT_MODES: readonly AppMode[] = ['chat', 'agent-chat', 'advanced-chat'];
const FILE_TYPES = ['image', 'document', 'audio', 'video', 'custom'];
const MAX_IMAGES = 3;

/** The parameters of POST /chat-messages. */
export interface ChatRequest {
	query: string;
	user: string;
	inputs: Record<string, unknown>;
	isBlocking: boolean;
	conversationId: string | undefined;
	files: unknown;
}

/** @throws {HttpError} 400 if the app is not a chat app of this version */
export function assertChatApp({ mode }: App, { hasNewAgents }: VersionProfile): void {
	if (CHAT_MODES.includes(mode) || (mode === 'agent' && hasNewAgents)) return;
	const message = 'Please check if your app mode matches the right API route.';
	throw new HttpError(400, 'not_chat_app', message);
}

/** Returns the required `user` of a body or a query. @throws {HttpError} 400 if it is missing */
export function parseUser(fields: Record<string, unknown>): string {
	const { user } = fields;
	if (user === undefined || user === null || user === '')
		throw invalidParam('Arg user must be provided.');
	return String(user);
}

/** Returns the `limit` of a list. The default is 20. @throws {HttpError} 400 unless it is 1 to 100 */
export function parseLimit(
	model: string,
	{ limit = '20' }: Record<string, string | undefined>,
): number {
	const count = Number(limit);
	if (!(count >= 1)) {
		const issue = 'Input should be greater than or equal to 1 [type=greater_than_equal';
		throw pydanticError({ model, field: 'limit', issue, input: limit });
	}
	if (count > 100) {
		const issue = 'Input should be less than or equal to 100 [type=less_than_equal';
		throw pydanticError({ model, field: 'limit', issue, input: limit });
	}
	return count;
}

/**
 * Parses the body of POST /chat-messages.
 *
 * @throws {HttpError} The checks run in Dify's order (docs/dify-api.md#request-checks).
 */
export function parseChatRequest(
	app: App,
	body: Record<string, unknown>,
	profile: VersionProfile,
): ChatRequest {
	const user = parseUser(body);
	assertChatApp(app, profile);
	const { inputs, query, files } = body;
	const { response_mode: mode, conversation_id: id, workflow_id: workflowId } = body;
	const reject = (field: string, issue: string, input: unknown): never => {
		throw pydanticError({ model: 'ChatRequestPayload', field, issue, input });
	};
	if (inputs === undefined) reject('inputs', 'Field required [type=missing', body);
	if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
		reject('inputs', 'Input should be a valid dictionary [type=dict_type', inputs);
	}
	if (query === undefined) reject('query', 'Field required [type=missing', body);
	if (typeof query !== 'string')
		return reject('query', 'Input should be a valid string [type=string_type', query);
	if (mode !== undefined && mode !== null && mode !== 'streaming' && mode !== 'blocking') {
		reject('response_mode', "Input should be 'blocking' or 'streaming' [type=literal_error", mode);
	}
	if (files !== undefined && files !== null && !Array.isArray(files)) {
		reject('files', 'Input should be a valid list [type=list_type', files);
	}
	// Dify calls strip() on the id without checking its type (e54_conversation_id_number).
	if (typeof id === 'number') throw internalError();
	const conversationId = typeof id === 'string' ? id.trim() : undefined;
	if (conversationId !== undefined && conversationId !== '' && !isUuid(conversationId)) {
		reject(
			'conversation_id',
			'Value error, conversation_id must be a valid UUID [type=value_error',
			id,
		);
	}
	// A New Agent streams unless the request asks for a blocking answer.
	const isBlocking = app.mode === 'agent' ? mode === 'blocking' : mode !== 'streaming';
	if (app.mode === 'agent' && isBlocking) {
		const message = 'Agent App only supports streaming response mode.';
		throw new HttpError(400, 'bad_request', message);
	}
	if (app.mode === 'agent-chat' && isBlocking)
		throw invalidParam('Agent Chat App does not support blocking mode');
	if (app.mode === 'advanced-chat' && workflowId !== undefined)
		assertWorkflowExists(app, workflowId);
	return {
		query,
		user,
		inputs: inputs as Record<string, unknown>,
		isBlocking,
		conversationId: conversationId === '' ? undefined : conversationId,
		files,
	};
}

/** An app of this server has one version of its workflow, whose id is the app's id. */
function assertWorkflowExists(app: App, workflowId: unknown): void {
	if (!isUuid(workflowId)) {
		const message = `Invalid workflow_id format: '${String(workflowId)}'. `;
		throw new HttpError(400, 'bad_request', message);
	}
	if (workflowId !== app.id)
		throw notFound(`Workflow not found with id: ${workflowId}.`, CHAT_MESSAGES_ROUTE_HINT);
}

/**
 * Makes the checks that Dify makes when the run starts. Returns the files of the message.
 *
 * @throws {HttpError} for an invalid query, conversation, file or input
 */
export function validateChatRequest(
	{ store, profile }: Pick<ServerContext, 'store' | 'profile'>,
	app: App,
	{ query, user, conversationId, files, inputs, isBlocking }: ChatRequest,
): MessageFile[] {
	if (query === '') throw invalidParam('query is required');
	const isUnknownStarted =
		profile.startsUnknownConversation && app.mode === 'advanced-chat' && !isBlocking;
	if (
		conversationId !== undefined &&
		!isUnknownStarted &&
		store.findConversation(conversationId, app, user) === undefined
	) {
		throw notFound('Conversation Not Exists.', CHAT_MESSAGES_ROUTE_HINT);
	}
	const findUpload = (id: string): FoundFile | undefined => {
		const upload = store.uploads.get(id);
		const isAllowed = !profile.checksUploader || upload?.user === user;
		return upload?.app === app && isAllowed ? upload : undefined;
	};
	const messageFiles = parseFiles(app, files, findUpload);
	validateInputs(app, inputs);
	return messageFiles;
}

/** Checks the inputs against the app's input form. See docs/dify-api.md#request-checks. */
function validateInputs(app: App, inputs: Record<string, unknown>): void {
	for (const entry of app.inputs ?? []) {
		const [type, field] = Object.entries(entry)[0] as [string, Record<string, unknown>];
		const name = String(field.variable);
		const value = inputs[name];
		if (value !== undefined && value !== null) {
			validateInput(type, field, value);
			continue;
		}
		if (field.required === true) throw invalidParam(`${name} is required in input form`);
		// Chatbots accept a missing optional select. Chatflows reject it (e58_optional_select_omitted,
		// c46_flow_block_optional_select_omitted).
		if (type === 'select' && app.mode === 'advanced-chat') throw invalidOption(name, field);
	}
}

function validateInput(type: string, field: Record<string, unknown>, value: unknown): void {
	const name = String(field.variable);
	const maxLength = Number(field.max_length ?? 0);
	switch (type) {
		case 'text-input':
		case 'paragraph':
		case 'select':
			if (typeof value !== 'string')
				throw invalidParam(`(type '${type}') ${name} in input form must be a string`);
			if (type === 'select' && !(field.options as string[]).includes(value))
				throw invalidOption(name, field);
			if (maxLength > 0 && value.length > maxLength)
				throw invalidParam(`${name} in input form must be less than ${maxLength} characters`);
			return;
		case 'number':
			if (typeof value === 'object') {
				throw new HttpError(
					500,
					'internal_server_error',
					'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.',
				);
			}
			if (Number.isNaN(Number(value)))
				throw invalidParam(`${name} in input form must be a valid number`);
			return;
		case 'file':
			if (typeof value !== 'object' || Array.isArray(value))
				throw invalidParam(`${name} in input form must be a file`);
			return;
		case 'file-list':
			if (!Array.isArray(value))
				throw invalidParam(`${name} in input form must be a list of files`);
			if (maxLength > 0 && value.length > maxLength)
				throw invalidParam(`${name} in input form must be less than ${maxLength} files`);
			return;
		default:
	}
}

function invalidOption(name: string, { options }: Record<string, unknown>): HttpError {
	const list = (options as string[]).map((option) => `'${option}'`).join(', ');
	return invalidParam(`${name} in input form must be one of the following: [${list}]`);
}

interface FoundFile {
	name: string | undefined;
	mimeType: string;
	size: number;
	url: unknown;
}

/**
 * Returns the files of a message. As Dify does, it ignores entries without `transfer_method` or URL,
 * and all entries if the app accepts no files. See docs/dify-api.md#files.
 *
 * @param findUpload returns an uploaded file if the message may use it
 */
function parseFiles(
	app: App,
	files: unknown,
	findUpload: (id: string) => FoundFile | undefined,
): MessageFile[] {
	if (!Array.isArray(files) || app.fileUpload === undefined) return [];
	const { allowed_file_types: allowedTypes } = app.fileUpload;
	const messageFiles: MessageFile[] = [];
	for (const file of files as Array<Record<string, unknown>>) {
		const { type, transfer_method: method, url, upload_file_id: id } = file;
		if (method === undefined || (method === 'remote_url' && url === undefined)) continue;
		if (!FILE_TYPES.includes(String(type)))
			throw invalidParam(`'${String(type)}' is not a valid FileType`);
		let found: FoundFile = { name: String(url).split('/').at(-1), mimeType: '', size: -1, url };
		if (method === 'local_file') {
			if (!isUuid(id)) throw invalidParam('Invalid upload file id format');
			const upload = findUpload(id);
			if (upload === undefined) throw invalidParam('Invalid upload file');
			found = upload;
		} else if (method !== 'remote_url') {
			throw invalidParam(`'${String(method)}' is not a valid FileTransferMethod`);
		}
		if (Array.isArray(allowedTypes) && !allowedTypes.includes(type))
			throw invalidParam(`File validation failed for file: ${found.name}`);
		messageFiles.push({
			id: randomUUID(),
			filename: found.name,
			type,
			url: found.url,
			mime_type: found.mimeType,
			size: found.size,
			transfer_method: method,
			belongs_to: 'user',
			upload_file_id: id ?? null,
		});
	}
	if (messageFiles.filter(({ type }) => type === 'image').length > MAX_IMAGES)
		throw invalidParam(`Number of image files exceeds the maximum limit ${MAX_IMAGES}`);
	return messageFiles;
}
