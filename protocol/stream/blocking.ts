import type { AccumulatorOptions } from './accumulator';
import type { Metadata } from './events';
import { splitReasoning } from './reasoning';
import type { RunResult } from './result';
import { parsePauseReasons, toMetadata } from './result';

/** The response body of POST /chat-messages with `response_mode: blocking` (docs/dify-api.md#blocking). */
interface BlockingBody {
	event?: string;
	answer?: string;
	conversation_id?: string;
	message_id?: string;
	task_id?: string;
	mode?: string;
	created_at?: number;
	metadata?: Metadata | null;
	workflow_run_id?: string;
	data?: {
		reasons?: unknown;
		elapsed_time?: number;
		total_tokens?: number;
		total_steps?: number;
	};
}

/** Whether `body` is Dify's response to a blocking request, for a finished or a paused run. */
export function isBlockingBody(body: unknown): body is BlockingBody {
	return (
		typeof body === 'object' &&
		body !== null &&
		'answer' in body &&
		typeof body.answer === 'string' &&
		'message_id' in body
	);
}

/** Returns the result of a blocking response, with the same fields as a run in streaming mode. */
export function parseBlockingBody(body: BlockingBody, options: AccumulatorOptions = {}): RunResult {
	const answer = body.answer ?? '';
	const parts =
		options.separateReasoning === true ? splitReasoning(answer) : { text: answer, reasoning: '' };
	const isPaused = body.event === 'workflow_paused';
	return {
		status: isPaused ? 'paused' : 'completed',
		answer: parts.text,
		...(parts.reasoning !== '' && { reasoning: parts.reasoning }),
		conversation_id: body.conversation_id,
		message_id: body.message_id,
		task_id: body.task_id,
		mode: body.mode ?? 'chat',
		created_at: body.created_at,
		metadata: toMetadata(body.metadata),
		files: [],
		agent_thoughts: [],
		workflow:
			body.workflow_run_id === undefined
				? null
				: {
						id: body.workflow_run_id,
						status: isPaused ? 'paused' : 'succeeded',
						elapsed_time: body.data?.elapsed_time,
						total_tokens: body.data?.total_tokens,
						total_steps: body.data?.total_steps,
						outputs: {},
					},
		human_input: parsePauseReasons(body.data?.reasons),
	};
}
