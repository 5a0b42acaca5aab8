import type { AppMode } from './apps';
import { invalid, Refusal } from './failures';
import type { App } from './store';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export const isUuid = (id: unknown): id is string => typeof id === 'string' && UUID.test(id);

/** Dify's form check, on every message (contract, 3.2; recordings e45 to e51, c38 to c46). */
export function checkInputs(app: App, inputs: Record<string, unknown>, isBlocking: boolean): void {
	for (const entry of app.inputs ?? []) {
		const [type, field] = Object.entries(entry)[0] as [string, Record<string, unknown>];
		const name = String(field.variable);
		const value = inputs[name];
		if (value === undefined || value === null) {
			if (field.required === true) throw invalid(`${name} is required in input form`);
			// A chatbot takes an optional select that is left out; a blocking chatflow does not (c46, e58).
			if (type === 'select' && app.mode === 'advanced-chat' && isBlocking)
				throw notAnOption(name, field);
			continue;
		}
		checkValue(type, name, value, field);
	}
}

function checkValue(
	type: string,
	name: string,
	value: unknown,
	field: Record<string, unknown>,
): void {
	const limit = Number(field.max_length ?? 0);
	switch (type) {
		case 'text-input':
		case 'paragraph':
		case 'select':
			if (typeof value !== 'string')
				throw invalid(`(type '${type}') ${name} in input form must be a string`);
			if (type === 'select' && !(field.options as string[]).includes(value))
				throw notAnOption(name, field);
			if (limit > 0 && value.length > limit)
				throw invalid(`${name} in input form must be less than ${limit} characters`);
			return;
		case 'number':
			if (typeof value === 'object') {
				throw new Refusal(
					500,
					'internal_server_error',
					'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.',
				);
			}
			if (Number.isNaN(Number(value)))
				throw invalid(`${name} in input form must be a valid number`);
			return;
		case 'file':
			if (typeof value !== 'object' || Array.isArray(value))
				throw invalid(`${name} in input form must be a file`);
			return;
		case 'file-list':
			if (!Array.isArray(value)) throw invalid(`${name} in input form must be a list of files`);
			if (limit > 0 && value.length > limit)
				throw invalid(`${name} in input form must be less than ${limit} files`);
			return;
		default:
	}
}

function notAnOption(name: string, { options }: Record<string, unknown>): Refusal {
	const list = (options as string[]).map((option) => `'${option}'`).join(', ');
	return invalid(`${name} in input form must be one of the following: [${list}]`);
}

const CHAT_MODES: readonly AppMode[] = ['chat', 'agent-chat', 'advanced-chat'];

/** Whether the app is one to chat with. @throws {Refusal} */
export function checkChatMode({ mode }: App): void {
	if (CHAT_MODES.includes(mode)) return;
	const message = 'Please check if your app mode matches the right API route.';
	throw new Refusal(400, 'not_chat_app', message);
}
