import type { AgentThought } from '../../../protocol/stream/events';
import { isRecord, toId, toNumber } from '../../../protocol/text';
import type { DifyClient } from './DifyClient';
import type { ParsedBody } from './httpResponse';
import type { ListRow, Page } from './pagination';
import { parsePage } from './pagination';

/** A row of GET /messages. Only the type of its id is checked. */
export type MessageRow = ListRow;

/** A message as Dify stores it, with checked types (docs/dify-api.md#endpoints). */
export interface StoredMessage {
	id: string;
	/** Empty while the run of a chatflow is in progress. */
	answer: string;
	/** `normal`, `error` or `paused`. */
	status: string;
	/** Why the run failed. */
	error?: string;
	/** Unix seconds. */
	created_at?: number;
	retriever_resources?: unknown[];
	agent_thoughts?: AgentThought[];
	message_files?: unknown[];
	/** Tokens and price, since Dify 1.16. */
	usage?: Record<string, unknown>;
	/** The forms of a paused run that nobody has submitted, since Dify 1.14. */
	forms: Array<Record<string, unknown>>;
	/** The run that waits for those forms. */
	workflowRunId?: string;
}

interface MessagesQuery {
	conversation_id: string;
	user: string;
	/** Maximum number of messages: the latest ones, or the latest ones before `first_id`. */
	limit: number;
	first_id?: string;
}

interface ReadLimits {
	signal?: AbortSignal;
	/** Longest duration in ms. */
	maxDurationMs?: number;
}

/**
 * Reads one page of a conversation's messages, oldest first.
 *
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function readMessages(
	client: DifyClient,
	{ ...qs }: MessagesQuery,
): Promise<Page<MessageRow>> {
	return await client.requestParsed(
		{ method: 'GET', path: '/messages', qs },
		parsePage<MessageRow>,
	);
}

/** Reads a conversation's latest messages, oldest first, and returns the error if that fails within seconds. */
export async function tryReadMessages(
	client: DifyClient,
	{ ...qs }: MessagesQuery,
	limits: ReadLimits = {},
): Promise<ParsedBody<StoredMessage[]>> {
	const request = { method: 'GET', path: '/messages', qs, ...limits } as const;
	const result = await client.trySideRequest(request, parsePage<MessageRow>);
	return result.ok ? { ok: true, body: result.body.data.map(toStoredMessage) } : result;
}

function toStoredMessage(row: Record<string, unknown> & { id: string }): StoredMessage {
	const { id, answer, status, created_at, retriever_resources, message_files, agent_thoughts } =
		row;
	return {
		id,
		answer: typeof answer === 'string' ? answer : '',
		status: toId(status) ?? 'normal',
		error: toId(row.error),
		created_at: toNumber(created_at),
		...(Array.isArray(retriever_resources) && { retriever_resources }),
		...(Array.isArray(message_files) && { message_files }),
		...(Array.isArray(agent_thoughts) && {
			agent_thoughts: agent_thoughts.filter(isRecord) as unknown as AgentThought[],
		}),
		usage: toUsage(row),
		...toForms(row.extra_contents),
	};
}

/**
 * Returns the fields of `message_end.metadata.usage` that a row has.
 * Dify has more of them only at the end of the stream.
 */
function toUsage(row: Record<string, unknown>): Record<string, unknown> | undefined {
	const { total_price, currency } = row;
	const prompt_tokens = toNumber(row.message_tokens);
	const completion_tokens = toNumber(row.answer_tokens);
	if (prompt_tokens === undefined || completion_tokens === undefined) return undefined;
	return {
		prompt_tokens,
		completion_tokens,
		total_tokens: toNumber(row.total_tokens) ?? prompt_tokens + completion_tokens,
		total_price: total_price ?? null,
		currency: currency ?? null,
		latency: row.provider_response_latency ?? null,
	};
}

/** Returns the forms that a paused run waits for. The row keeps submitted forms without their tokens. */
function toForms(contents: unknown): Pick<StoredMessage, 'forms' | 'workflowRunId'> {
	const open = (Array.isArray(contents) ? contents : []).filter(
		(content): content is Record<string, unknown> =>
			isRecord(content) && content.submitted !== true && isRecord(content.form_definition),
	);
	return {
		forms: open.map(({ form_definition }) => form_definition).filter(isRecord),
		workflowRunId: open.map(({ workflow_run_id }) => toId(workflow_run_id)).find(Boolean),
	};
}
