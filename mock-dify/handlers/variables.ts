import type { FastifyInstance } from 'fastify';
import { readUser } from '../ask';
import { checkChatMode } from '../check';
import { notFound, pydantic, Refusal } from '../failures';
import type { Server } from '../server';
import { authorize, jsonBody, sendRestx, UUID_PARAM } from '../server';
import type { App, Conversation, Variable } from '../store';
import { unixSeconds } from '../store';
import { readLimit } from './history';

interface OfVariable {
	Params: { id: string; variable: string };
	Querystring: Record<string, string | undefined>;
}

/** A chatflow's conversation variables (contract, section 6; recordings, h18, h19). */
export function variables(fastify: FastifyInstance, server: Server): void {
	const find = (id: string, app: App, user: string): Conversation => {
		checkChatMode(app);
		const conversation = server.store.find(id, app, user);
		if (conversation === undefined) throw notFound('Conversation Not Exists.');
		return conversation;
	};
	const path = `/v1/conversations/${UUID_PARAM}/variables`;

	fastify.get<OfVariable>(path, async (request, reply) => {
		const app = authorize(server, request);
		const { user = 'DEFAULT-USER', last_id: lastId, variable_name: name } = request.query;
		const limit = readLimit('ConversationVariablesQuery', request.query);
		const all = find(request.params.id, app, user).variables;
		// So all recorded versions (h18_variables_by_name).
		if (name !== undefined) throw new Refusal(500, 'unknown', 'Internal Server Error');
		const at = lastId === undefined ? 0 : all.findIndex(({ id }) => id === lastId) + 1;
		if (lastId !== undefined && at === 0) throw notFound('Conversation Variable Not Exists.');
		const data = all.slice(at, at + limit).map(toJson);
		return sendRestx(server, reply, 200, { limit, has_more: all.length > at + limit, data });
	});

	fastify.put<OfVariable>(
		`${path}/${UUID_PARAM.replace(':id', ':variable')}`,
		async (request, reply) => {
			const app = authorize(server, request);
			const body = jsonBody(request);
			const user = readUser(body);
			if (!('value' in body)) {
				const complaint = 'Field required [type=missing';
				throw pydantic('ConversationVariableUpdatePayload', 'value', complaint, body);
			}
			const { variables: all } = find(request.params.id, app, user);
			const variable = all.find(({ id }) => id === request.params.variable);
			if (variable === undefined) throw notFound('Conversation Variable Not Exists.');
			setValue(variable, body.value);
			return sendRestx(server, reply, 200, toJson(variable));
		},
	);
}

function setValue(variable: Variable, value: unknown): void {
	const { name, value_type: wanted } = variable;
	if (!isOfType(value, wanted)) {
		const message = `Type mismatch: variable '${name}' expects ${wanted}, but got ${typeOf(value)} type`;
		throw new Refusal(400, 'bad_request', message);
	}
	variable.value = value;
	variable.updated_at = unixSeconds();
}

function isOfType(value: unknown, wanted: string): boolean {
	const [, ofWhat] = /^array\[(\w+)\]$/.exec(wanted) ?? [];
	if (ofWhat !== undefined) {
		return Array.isArray(value) && value.every((entry) => isOfType(entry, ofWhat));
	}
	if (wanted === 'object') {
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	}
	return typeof value === wanted;
}

function typeOf(value: unknown): string {
	if (value === null) return 'none';
	if (Array.isArray(value)) return `array[${value.length === 0 ? 'any' : typeOf(value[0])}]`;
	if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
	return typeof value;
}

/** Whatever its type, the value is text. */
function toJson({ id, name, value_type, value, ...rest }: Variable): Record<string, unknown> {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	const { description, created_at, updated_at } = rest;
	return { id, name, value_type, value: text, description, created_at, updated_at };
}
