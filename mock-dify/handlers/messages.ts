import type { FastifyInstance } from 'fastify';
import { readUser } from '../ask';
import { checkChatMode } from '../check';
import { invalid, notFound, pydantic, Refusal } from '../failures';
import type { Server } from '../server';
import { authorize, jsonBody, sendRestx, UUID_PARAM } from '../server';
import type { Feedback } from '../store';

type OfMessage = { Params: { id: string }; Querystring: Record<string, string | undefined> };

/** What is done with one message: feedback and suggested questions (contract, section 6; recordings, h16, h17). */
export function messages(fastify: FastifyInstance, server: Server): void {
	fastify.post<OfMessage>(`/v1/messages/${UUID_PARAM}/feedbacks`, async (request, reply) => {
		const app = authorize(server, request);
		const body = jsonBody(request);
		const user = readUser(body);
		const { rating = null } = body;
		if (rating !== null && rating !== 'like' && rating !== 'dislike') {
			const complaint = "Input should be 'like' or 'dislike' [type=literal_error";
			throw pydantic('MessageFeedbackPayload', 'rating', complaint, rating);
		}
		const message = server.store.findMessage(request.params.id, app, user);
		if (message === undefined) throw notFound('Message Not Exists.');
		if (rating === null && message.feedback === null) {
			throw invalid('rating cannot be None when feedback not exists');
		}
		message.feedback = rating === null ? null : ({ rating } satisfies Feedback);
		return sendRestx(server, reply, 200, { result: 'success' });
	});

	fastify.get<OfMessage>(`/v1/messages/${UUID_PARAM}/suggested`, async (request, reply) => {
		const app = authorize(server, request);
		const user = readUser(request.query);
		checkChatMode(app);
		if (server.store.findMessage(request.params.id, app, user) === undefined) {
			throw notFound('Message Not Exists.');
		}
		if (app.suggestedQuestions === undefined) {
			throw new Refusal(400, 'bad_request', 'Suggested Questions Is Disabled.');
		}
		return sendRestx(server, reply, 200, { result: 'success', data: app.suggestedQuestions });
	});
}
