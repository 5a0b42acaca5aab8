import type { FastifyInstance } from 'fastify';
import {
	HttpError,
	invalidParam,
	MESSAGES_ROUTE_HINT,
	notFound,
	pydanticError,
} from '../http/errors';
import { parseJsonBody } from '../http/json';
import { assertChatApp, isUuid, parseLimit, parseUser, uuidParam } from '../http/validation';
import type { Message } from '../model';
import type { ServerContext } from '../server';
import { authorize, sendRestx } from '../server';
import type { VersionProfile } from '../versions';

/** Returns a message as the version shows it. */
function toJson(
	{ usage, extra_contents, ...message }: Message,
	{ usesWorker, hasFieldsOf116 }: VersionProfile,
): Record<string, unknown> {
	return {
		...message,
		...(usesWorker && { extra_contents }),
		...(hasFieldsOf116 && {
			message_tokens: usage?.prompt_tokens ?? 0,
			answer_tokens: usage?.completion_tokens ?? 0,
			total_tokens: usage?.total_tokens ?? 0,
			total_price: usage?.total_price ?? '0E-7',
			currency: usage?.currency ?? 'USD',
			provider_response_latency: usage?.latency ?? 0,
		}),
	};
}

type Query = Record<string, string | undefined>;
type MessageRoute = { Params: { id: string }; Querystring: Query };

/** Registers GET /messages, feedback and suggested questions. See docs/dify-api.md#endpoints. */
export function registerMessageRoutes(http: FastifyInstance, server: ServerContext): void {
	http.get<{ Querystring: Query }>('/v1/messages', async (request, reply) => {
		const app = authorize(server, request);
		assertChatApp(app, server.profile);
		const { conversation_id: id, user = 'DEFAULT-USER', first_id: firstId } = request.query;
		const model = 'MessageListQuery';
		const field = 'conversation_id';
		if (id === undefined) {
			throw pydanticError({ model, field, issue: 'Field required [type=missing', input: { user } });
		}
		if (!isUuid(id)) {
			const issue = 'Value error, must be a valid UUID [type=value_error';
			throw pydanticError({ model, field, issue, input: id });
		}
		const limit = parseLimit(model, request.query);
		const conversation = server.store.findConversation(id, app, user);
		if (conversation === undefined) throw notFound('Conversation Not Exists.', MESSAGES_ROUTE_HINT);
		let { messages } = conversation;
		if (firstId !== undefined) {
			const first = messages.find((message) => message.id === firstId);
			if (first === undefined) throw notFound('First Message Not Exists.', MESSAGES_ROUTE_HINT);
			// Dify compares whole seconds, so it omits other messages of the same second
			// (h14_messages_first_id).
			messages = messages.filter((message) => message.created_at < first.created_at);
		}
		const data = messages.slice(-limit).map((message) => toJson(message, server.profile));
		return sendRestx(server, reply, 200, { limit, has_more: messages.length > limit, data });
	});

	http.post<MessageRoute>(`/v1/messages/${uuidParam('id')}/feedbacks`, async (request, reply) => {
		const app = authorize(server, request);
		const body = parseJsonBody(request);
		const user = parseUser(body);
		const { rating = null } = body;
		if (rating !== null && rating !== 'like' && rating !== 'dislike') {
			throw pydanticError({
				model: 'MessageFeedbackPayload',
				field: 'rating',
				issue: "Input should be 'like' or 'dislike' [type=literal_error",
				input: rating,
			});
		}
		const message = server.store.findMessage(request.params.id, app, user);
		if (message === undefined) throw notFound('Message Not Exists.');
		if (rating === null && message.feedback === null) {
			throw invalidParam('rating cannot be None when feedback not exists');
		}
		message.feedback = rating === null ? null : { rating };
		return sendRestx(server, reply, 200, { result: 'success' });
	});

	http.get<MessageRoute>(`/v1/messages/${uuidParam('id')}/suggested`, async (request, reply) => {
		const app = authorize(server, request);
		const user = parseUser(request.query);
		assertChatApp(app, server.profile);
		if (server.store.findMessage(request.params.id, app, user) === undefined) {
			throw notFound('Message Not Exists.');
		}
		if (app.suggestedQuestions === undefined) {
			throw new HttpError(400, 'bad_request', 'Suggested Questions Is Disabled.');
		}
		return sendRestx(server, reply, 200, { result: 'success', data: app.suggestedQuestions });
	});
}
