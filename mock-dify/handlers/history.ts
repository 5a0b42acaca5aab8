import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkChatMode, isUuid } from '../check';
import { MESSAGES_HELP, notFound, pydantic } from '../failures';
import type { Server } from '../server';
import { authorize, sendRestx } from '../server';
import type { App, Conversation } from '../store';

type Query = Record<string, string | undefined>;

/** GET /messages and GET /conversations (contract, section 6; recordings, h11 to h14). */
export function history(fastify: FastifyInstance, server: Server): void {
	const chatApp = (request: FastifyRequest): App => {
		const app = authorize(server, request);
		checkChatMode(app);
		return app;
	};

	fastify.get<{ Querystring: Query }>('/v1/messages', async (request, reply) => {
		const app = chatApp(request);
		const { conversation_id: id, user = 'DEFAULT-USER', first_id: firstId } = request.query;
		if (id === undefined) {
			throw pydantic('MessageListQuery', 'conversation_id', 'Field required [type=missing', {
				user,
			});
		}
		if (!isUuid(id)) {
			throw pydantic(
				'MessageListQuery',
				'conversation_id',
				'Value error, must be a valid UUID [type=value_error',
				id,
			);
		}
		const limit = readLimit('MessageListQuery', request.query);
		const conversation = server.store.find(id, app, user);
		if (conversation === undefined) throw notFound('Conversation Not Exists.', MESSAGES_HELP);
		let { messages } = conversation;
		if (firstId !== undefined) {
			const first = messages.find((message) => message.id === firstId);
			if (first === undefined) throw notFound('First Message Not Exists.', MESSAGES_HELP);
			// Dify counts in whole seconds: what else is of the first one's is left out (h14_messages_first_id).
			messages = messages.filter((message) => message.created_at < first.created_at);
		}
		const data = messages
			.slice(-limit)
			// Since 1.13.
			.map((message) => ({ ...message, ...(server.profile.worker && { extra_contents: [] }) }));
		return sendRestx(server, reply, 200, { limit, has_more: messages.length > limit, data });
	});

	fastify.get<{ Querystring: Query }>('/v1/conversations', async (request, reply) => {
		const app = chatApp(request);
		const {
			user = 'DEFAULT-USER',
			last_id: lastId,
			sort_by: sortBy = '-updated_at',
		} = request.query;
		const limit = readLimit('ConversationListQuery', request.query);
		if (!SORTS.includes(sortBy)) {
			throw pydantic(
				'ConversationListQuery',
				'sort_by',
				"Input should be 'created_at', '-created_at', 'updated_at' or '-updated_at' [type=literal_error",
				sortBy,
			);
		}
		// Newest first even within a second.
		const all = [...server.store.conversations.values()]
			.filter((conversation) => conversation.app === app && conversation.user === user)
			.reverse();
		const key = sortBy.replace('-', '') as 'created_at' | 'updated_at';
		all.sort((a, b) => b[key] - a[key]);
		if (!sortBy.startsWith('-')) all.reverse();
		const at = lastId === undefined ? 0 : all.findIndex(({ id }) => id === lastId) + 1;
		if (lastId !== undefined && at === 0)
			throw notFound('Last Conversation Not Exists.', CONVERSATIONS_HELP);
		const page = all.slice(at, at + limit);
		const has_more = all.length > at + limit;
		return sendRestx(server, reply, 200, { limit, has_more, data: page.map(toJson) });
	});
}

const SORTS = ['created_at', '-created_at', 'updated_at', '-updated_at'];
const CONVERSATIONS_HELP =
	' You have requested this URI [/v1/conversations] but did you mean /v1/conversations or /v1/conversations/<uuid:c_id>/variables/<uuid:variable_id> or /api/conversations ?';

/** A conversation as Dify gives it. */
export function toJson({
	id,
	name,
	inputs,
	created_at,
	updated_at,
}: Conversation): Record<string, unknown> {
	return { id, name, inputs, status: 'normal', introduction: '', created_at, updated_at };
}

/** The `limit` of a list. @throws {Refusal} outside 1 to 100 */
export function readLimit(model: string, { limit = '20' }: Query): number {
	const count = Number(limit);
	if (!(count >= 1)) {
		throw pydantic(
			model,
			'limit',
			'Input should be greater than or equal to 1 [type=greater_than_equal',
			limit,
		);
	}
	if (count > 100) {
		throw pydantic(
			model,
			'limit',
			'Input should be less than or equal to 100 [type=less_than_equal',
			limit,
		);
	}
	return count;
}
