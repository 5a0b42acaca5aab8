import type { AgentThought } from '../../../../../protocol/stream/events';
import type { Connection } from '../../../transport/connection';

/** A message as GET /messages gives it (contract, section 6). */
export interface StoredMessage {
	id: string;
	answer: string;
	status?: string;
	retriever_resources?: unknown[];
	agent_thoughts?: AgentThought[];
	message_files?: unknown[];
	created_at?: number;
}

export interface WhichMessage {
	conversation_id?: string;
	message_id?: string;
	user: string;
	signal?: AbortSignal;
}

/** What Dify keeps of a message, where it can be had. */
export async function readStored(
	connection: Connection,
	{ conversation_id, message_id, user, signal }: WhichMessage,
): Promise<StoredMessage | undefined> {
	if (conversation_id === undefined || message_id === undefined) return undefined;
	const answer = await connection.json({
		method: 'GET',
		path: '/messages',
		qs: { conversation_id, user, limit: 20 },
		signal,
	});
	if (!answer.ok) return undefined;
	const { data } = answer.body as { data?: unknown };
	if (!Array.isArray(data)) return undefined;
	return data.find((message: StoredMessage) => message.id === message_id);
}
