import type { FastifyInstance } from 'fastify';
import { HttpError, internalError, notFound, pydanticError } from '../http/errors';
import { parseJsonBody } from '../http/json';
import { assertChatApp, parseLimit, parseUser, uuidParam } from '../http/validation';
import type { App, Conversation, Variable } from '../model';
import type { ServerContext } from '../server';
import { authorize, sendRestx } from '../server';
import { unixSeconds } from '../store';

interface VariableRoute {
	Params: { id: string; variable: string };
	Querystring: Record<string, string | undefined>;
}

/** Registers the routes that list and update conversation variables. See docs/dify-api.md#endpoints. */
export function registerConversationVariableRoutes(
	http: FastifyInstance,
	server: ServerContext,
): void {
	const path = `/v1/conversations/${uuidParam('id')}/variables`;

	http.get<VariableRoute>(path, async (request, reply) => {
		const app = authorize(server, request);
		const { user = 'DEFAULT-USER', last_id: lastId, variable_name: name } = request.query;
		const limit = parseLimit('ConversationVariablesQuery', request.query);
		const { variables } = getConversation(request.params.id, app, user);
		// All recorded versions fail if the request has a name (h18_variables_by_name).
		if (name !== undefined) throw internalError();
		const start = lastId === undefined ? 0 : variables.findIndex(({ id }) => id === lastId) + 1;
		if (lastId !== undefined && start === 0) throw notFound('Conversation Variable Not Exists.');
		const data = variables.slice(start, start + limit).map(toJson);
		const has_more = variables.length > start + limit;
		return sendRestx(server, reply, 200, { limit, has_more, data });
	});

	http.put<VariableRoute>(`${path}/${uuidParam('variable')}`, async (request, reply) => {
		const app = authorize(server, request);
		const body = parseJsonBody(request);
		const user = parseUser(body);
		if (!('value' in body)) {
			throw pydanticError({
				model: 'ConversationVariableUpdatePayload',
				field: 'value',
				issue: 'Field required [type=missing',
				input: body,
			});
		}
		const { variables } = getConversation(request.params.id, app, user);
		const variable = variables.find(({ id }) => id === request.params.variable);
		if (variable === undefined) throw notFound('Conversation Variable Not Exists.');
		setValue(variable, body.value);
		return sendRestx(server, reply, 200, toJson(variable));
	});

	function getConversation(id: string, app: App, user: string): Conversation {
		assertChatApp(app, server.profile);
		const conversation = server.store.findConversation(id, app, user);
		if (conversation === undefined) throw notFound('Conversation Not Exists.');
		return conversation;
	}
}

/** @throws {HttpError} 400 if the value does not have the type of the variable */
function setValue(variable: Variable, value: unknown): void {
	const { name, value_type: type } = variable;
	if (!hasType(value, type)) {
		const message = `Type mismatch: variable '${name}' expects ${type}, but got ${getTypeName(value)} type`;
		throw new HttpError(400, 'bad_request', message);
	}
	variable.value = value;
	variable.updated_at = unixSeconds();
}

function hasType(value: unknown, type: string): boolean {
	const [, elementType] = /^array\[(\w+)\]$/.exec(type) ?? [];
	if (elementType !== undefined) {
		return Array.isArray(value) && value.every((element) => hasType(element, elementType));
	}
	if (type === 'object') {
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	}
	return typeof value === type;
}

/** Returns the name that Dify uses for the type of a value in its error message. */
function getTypeName(value: unknown): string {
	if (value === null) return 'none';
	if (Array.isArray(value)) return `array[${value.length === 0 ? 'any' : getTypeName(value[0])}]`;
	if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
	return typeof value;
}

/** Returns a variable as Dify's API shows it. The value is text, whatever the type is. */
function toJson({ id, name, value_type, value, ...rest }: Variable): Record<string, unknown> {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	const { description, created_at, updated_at } = rest;
	return { id, name, value_type, value: text, description, created_at, updated_at };
}
