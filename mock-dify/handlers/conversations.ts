import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readUser } from '../ask';
import { checkChatMode } from '../check';
import { notFound, pydantic } from '../failures';
import type { Server } from '../server';
import { authorize, jsonBody, sendRestx, UUID_PARAM } from '../server';
import type { App } from '../store';
import { toJson } from './history';

interface OfConversation {
	Params: { id: string };
}

/** What is done with one conversation: a new name, its end (contract, section 6; recordings, h15, h40, h41). */
export function conversations(fastify: FastifyInstance, server: Server): void {
	const read = (
		request: FastifyRequest,
	): { app: App; body: Record<string, unknown>; user: string } => {
		const app = authorize(server, request);
		const body = jsonBody(request);
		const user = readUser(body);
		checkChatMode(app);
		return { app, body, user };
	};

	fastify.post<OfConversation>(`/v1/conversations/${UUID_PARAM}/name`, async (request, reply) => {
		const { app, body, user } = read(request);
		const { name, auto_generate: isAuto = false } = body;
		if (isAuto !== true && (typeof name !== 'string' || name.trim() === '')) {
			const complaint =
				'Value error, name is required when auto_generate is false [type=value_error';
			throw pydantic('ConversationRenamePayload', '', complaint, body);
		}
		const conversation = server.store.find(request.params.id, app, user);
		if (conversation === undefined) throw notFound('Conversation Not Exists.');
		conversation.name = isAuto === true ? 'Stub conversation title' : String(name);
		return sendRestx(server, reply, 200, toJson(conversation));
	});

	fastify.delete<OfConversation>(`/v1/conversations/${UUID_PARAM}`, async (request, reply) => {
		const { app, user } = read(request);
		const { id } = request.params;
		const conversation = server.store.find(id, app, user);
		// 1.12.1 says so of a conversation that is not there, too (h41_delete_again).
		if (conversation === undefined && server.profile.worker) {
			throw notFound('Conversation Not Exists.');
		}
		if (conversation !== undefined) server.store.conversations.delete(id);
		return await reply.code(204).header('Content-Type', 'application/json').send();
	});
}
