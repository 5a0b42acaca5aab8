import { isRecord, toId, toNumber, toText } from '../text';
import type { AccumulatorOptions } from './accumulator';
import { joinReasoning, splitReasoning } from './reasoning';
import type { RunResult } from './result';
import { parsePauseReasons, readReasoning, toMetadata } from './result';

/**
 * The response body of POST /chat-messages with `response_mode: blocking` (docs/dify-api.md#blocking).
 * The other fields are not validated.
 */
interface BlockingBody {
	answer: unknown;
	[field: string]: unknown;
}

/** Whether `body` is Dify's response to a blocking request, for a finished or a paused run. */
export function isBlockingBody(body: unknown): body is BlockingBody {
	return isRecord(body) && 'answer' in body && 'message_id' in body;
}

/** Returns the result of a blocking response, with the same fields as a run in streaming mode. */
export function parseBlockingBody(body: BlockingBody, options: AccumulatorOptions = {}): RunResult {
	const answer = toText(body.answer);
	const parts =
		options.separateReasoning === true ? splitReasoning(answer) : { text: answer, reasoning: '' };
	const reasoning = joinReasoning([readReasoning(body.metadata), parts.reasoning]);
	const isPaused = body.event === 'workflow_paused';
	const runId = toId(body.workflow_run_id);
	const data = isRecord(body.data) ? body.data : {};
	return {
		status: isPaused ? 'paused' : 'completed',
		answer: parts.text,
		...(reasoning !== '' && { reasoning }),
		conversation_id: toId(body.conversation_id),
		message_id: toId(body.message_id),
		task_id: toId(body.task_id),
		mode: toId(body.mode) ?? 'chat',
		created_at: toNumber(body.created_at),
		metadata: toMetadata(body.metadata),
		files: [],
		agent_thoughts: [],
		workflow:
			runId === undefined
				? null
				: {
						id: runId,
						status: isPaused ? 'paused' : 'succeeded',
						elapsed_time: toNumber(data.elapsed_time),
						total_tokens: toNumber(data.total_tokens),
						total_steps: toNumber(data.total_steps),
						outputs: {},
					},
		human_input: parsePauseReasons(data.reasons),
	};
}
