import { sleep } from 'n8n-workflow';
import type { AgentThought, Metadata } from '../../../../../protocol/events';
import { splitReasoning } from '../../../../../protocol/reasoning';
import type { RunResult } from '../../../../../protocol/result';
import { toMetadata } from '../../../../../protocol/result';
import type { Connection } from '../../../transport/connection';
import type { Run } from './run';

/** A chatbot's or an agent's message is written, whole or empty, within a second of the cut (recordings, i01, i03). */
const SETTLED_MS = 3_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** A message as GET /messages gives it (contract, section 6). */
interface StoredMessage {
	id: string;
	answer: string;
	status?: string;
	retriever_resources?: unknown[];
	agent_thoughts?: AgentThought[];
	message_files?: unknown[];
	created_at?: number;
}

export interface RecoverySettings {
	user: string;
	/** How long a chatflow, which goes on without its reader, may take. */
	limitMs: number;
	separateReasoning: boolean;
	cancelSignal?: AbortSignal;
}

/**
 * Reads the answer of a cut stream back from GET /messages, never asking the question again. A
 * chatflow since 1.13 goes on without its reader and stores its answer when it is done; older ones,
 * chatbots and agents store `""` with status `normal` for ever. So only an answer that begins with
 * what had arrived, and is not empty, counts.
 *
 * @returns the whole result, or `undefined` when it cannot be had
 */
export async function recover(
	connection: Connection,
	run: Run,
	{ user, limitMs, separateReasoning, cancelSignal }: RecoverySettings,
): Promise<RunResult | undefined> {
	const { conversation_id, message_id, mode } = run.result;
	if (conversation_id === undefined || message_id === undefined) return undefined;
	const goesOn = mode === 'advanced-chat' && !isBefore113(run.version);
	const deadline = performance.now() + (goesOn ? limitMs : Math.min(SETTLED_MS, limitMs));
	for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
		const answer = await connection.json({
			method: 'GET',
			path: '/messages',
			qs: { conversation_id, user, limit: 20 },
			signal: cancelSignal,
		});
		const message = answer.ok ? findMessage(answer.body, message_id) : undefined;
		if (message !== undefined && isWhole(message, run.rawAnswer)) {
			return restored(run.result, message, separateReasoning);
		}
		if (performance.now() + pauseMs > deadline || cancelSignal?.aborted === true) return undefined;
		await Promise.race([sleep(pauseMs), aborted(cancelSignal)]);
	}
}

/** Settles when `signal` aborts; never without one. */
async function aborted(signal: AbortSignal | undefined): Promise<void> {
	await new Promise<void>((resolve) => {
		signal?.addEventListener('abort', () => resolve(), { once: true });
	});
}

function isWhole({ answer, status }: StoredMessage, arrived: string): boolean {
	return answer !== '' && answer.startsWith(arrived) && (status ?? 'normal') === 'normal';
}

function findMessage(body: unknown, id: string): StoredMessage | undefined {
	const { data } = body as { data?: unknown };
	if (!Array.isArray(data)) return undefined;
	return data.find((message: StoredMessage) => message.id === id);
}

function restored(result: RunResult, message: StoredMessage, separate: boolean): RunResult {
	const { text, reasoning } = separate
		? splitReasoning(message.answer)
		: { text: message.answer, reasoning: '' };
	const metadata: Metadata = {
		...result.metadata,
		retriever_resources: message.retriever_resources ?? [],
	};
	return {
		...result,
		status: 'completed',
		answer: text,
		...(reasoning !== '' && { reasoning }),
		metadata: toMetadata(metadata),
		files: message.message_files ?? result.files,
		agent_thoughts: message.agent_thoughts ?? result.agent_thoughts,
		created_at: message.created_at ?? result.created_at,
	};
}

/** Whether Dify says of itself that it is older than 1.13, where a chatflow ends with its reader. */
function isBefore113(version: string | undefined): boolean {
	const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
	if (major === undefined || minor === undefined) return false;
	return Number(major) < 1 || (Number(major) === 1 && Number(minor) < 13);
}
