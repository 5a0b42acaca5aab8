import type { IDataObject } from 'n8n-workflow';
import type { DifyError } from '../../../protocol/errors/classify';
import type { AgentThought } from '../../../protocol/stream/events';
import type { DifyClient } from './DifyClient';
import type { Page } from './pagination';

/** A message as Dify stores it and GET /messages returns it (docs/dify-api.md#endpoints). */
export interface StoredMessage {
	id: string;
	query: string;
	answer: string;
	/** Unix seconds. */
	created_at: number;
	status?: string;
	retriever_resources?: unknown[];
	agent_thoughts?: AgentThought[];
	message_files?: unknown[];
}

export interface MessagesQuery {
	conversation_id: string;
	user: string;
	/** Maximum number of messages: the latest ones, or the latest ones before `first_id`. */
	limit: number;
	first_id?: string;
}

/** The latest messages of a conversation, oldest first, or the error. */
export type MessagesResult =
	{ ok: true; messages: StoredMessage[] } | { ok: false; error: DifyError };

/**
 * Reads one page of a conversation's messages, oldest first.
 *
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function readMessages(
	client: DifyClient,
	{ ...qs }: MessagesQuery,
): Promise<Page<StoredMessage>> {
	const page: IDataObject = await client.getJson('/messages', qs);
	return page as unknown as Page<StoredMessage>;
}

/** Reads a conversation's latest messages, oldest first, and returns the error if that fails. */
export async function tryReadMessages(
	client: DifyClient,
	{ ...qs }: MessagesQuery,
	signal?: AbortSignal,
): Promise<MessagesResult> {
	const result = await client.tryRequestJson({ method: 'GET', path: '/messages', qs, signal });
	if (!result.ok) return result;
	const data = (result.body as { data?: unknown } | undefined)?.data;
	return { ok: true, messages: Array.isArray(data) ? (data as StoredMessage[]) : [] };
}
