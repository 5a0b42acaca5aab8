import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CONVERSATIONS_ROUTE_HINT, notFound, pydanticError } from '../http/errors';
import { parseJsonBody } from '../http/json';
import { assertChatApp, parseLimit, parseUser, uuidParam } from '../http/validation';
import type { App, Conversation } from '../model';
import type { ServerContext } from '../server';
import { authorize, sendRestx } from '../server';

type Query = Record<string, string | undefined>;
type ConversationRoute = { Params: { id: string } };

const SORT_ORDERS = ['created_at', '-created_at', 'updated_at', '-updated_at'];

/** Registers the routes that list, rename and delete conversations. See docs/dify-api.md#endpoints. */
export function registerConversationRoutes(http: FastifyInstance, server: ServerContext): void {
	http.get<{ Querystring: Query }>('/v1/conversations', async (request, reply) => {
		const app = authorize(server, request);
		assertChatApp(app, server.profile);
		const { user = 'DEFAULT-USER', last_id: lastId } = request.query;
		const { sort_by: sortBy = '-updated_at' } = request.query;
		const model = 'ConversationListQuery';
		const limit = parseLimit(model, request.query);
		if (!SORT_ORDERS.includes(sortBy)) {
			const issue =
				"Input should be 'created_at', '-created_at', 'updated_at' or '-updated_at' [type=literal_error";
			throw pydanticError({ model, field: 'sort_by', issue, input: sortBy });
		}
		const sorted = sortConversations(
			[...server.store.conversations.values()].filter(
				(conversation) => conversation.app === app && conversation.user === user,
			),
			sortBy,
		);
		const start = lastId === undefined ? 0 : sorted.findIndex(({ id }) => id === lastId) + 1;
		if (lastId !== undefined && start === 0)
			throw notFound('Last Conversation Not Exists.', CONVERSATIONS_ROUTE_HINT);
		const data = sorted.slice(start, start + limit).map(toJson);
		return sendRestx(server, reply, 200, { limit, has_more: sorted.length > start + limit, data });
	});

	http.post<ConversationRoute>(
		`/v1/conversations/${uuidParam('id')}/name`,
		async (request, reply) => {
			const { app, body, user } = parseConversationRequest(request);
			const { name, auto_generate: isAuto = false } = body;
			if (isAuto !== true && (typeof name !== 'string' || name.trim() === '')) {
				const issue = 'Value error, name is required when auto_generate is false [type=value_error';
				throw pydanticError({ model: 'ConversationRenamePayload', issue, input: body });
			}
			const conversation = server.store.findConversation(request.params.id, app, user);
			if (conversation === undefined) throw notFound('Conversation Not Exists.');
			conversation.name = isAuto === true ? 'Stub conversation title' : String(name);
			return sendRestx(server, reply, 200, toJson(conversation));
		},
	);

	http.delete<ConversationRoute>(`/v1/conversations/${uuidParam('id')}`, async (request, reply) => {
		const { app, user } = parseConversationRequest(request);
		const { id } = request.params;
		const conversation = server.store.findConversation(id, app, user);
		// Dify 1.12.1 returns 204 for an unknown conversation too (h41_delete_again).
		if (conversation === undefined && server.profile.usesWorker) {
			throw notFound('Conversation Not Exists.');
		}
		if (conversation !== undefined) server.store.conversations.delete(id);
		return await reply.code(204).header('Content-Type', 'application/json').send();
	});

	function parseConversationRequest(request: FastifyRequest): {
		app: App;
		body: Record<string, unknown>;
		user: string;
	} {
		const app = authorize(server, request);
		const body = parseJsonBody(request);
		const user = parseUser(body);
		assertChatApp(app, server.profile);
		return { app, body, user };
	}
}

/** Sorts conversations that are in the order of their creation. */
function sortConversations(conversations: Conversation[], sortBy: string): Conversation[] {
	const key = sortBy.replace('-', '') as 'created_at' | 'updated_at';
	// The times are whole seconds. Reversing first also puts the newest of one second first.
	const newestFirst = [...conversations].reverse().sort((a, b) => b[key] - a[key]);
	return sortBy.startsWith('-') ? newestFirst : newestFirst.reverse();
}

/** Returns a conversation as Dify's API shows it. */
function toJson({ id, name, inputs, created_at, updated_at }: Conversation): object {
	return { id, name, inputs, status: 'normal', introduction: '', created_at, updated_at };
}
