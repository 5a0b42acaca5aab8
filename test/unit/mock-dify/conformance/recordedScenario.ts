import type { Fault, Scenario, AnswerScript } from '../../../../mock-dify';
import type { Recording } from '../../../fixtures/recordings';
import { bodyOf, headerOf } from '../../../fixtures/recordings';

type Fields = Record<string, unknown>;

/** Blocking requests whose run started and failed. The other errors precede the run. */
const FAILED_RUNS = /^(?:b08|b09|b10|c31|c34)_/;

/** Returns the scenario that reproduces a recorded run. `undefined` if the request started no run. */
export function parseScenario(recorded: Recording): Scenario | undefined {
	const { name, request, response } = recorded;
	if (request.method !== 'POST' || request.path !== '/v1/chat-messages') return undefined;
	const text = bodyOf(recorded).toString();
	if (headerOf(recorded, 'content-type').startsWith('text/event-stream')) {
		return parseStream(
			text
				.split('\n\n')
				.filter((message) => message.startsWith('data: '))
				.map((message) => JSON.parse(message.slice(6)) as Fields),
			recorded.app_mode === 'advanced-chat',
		);
	}
	if (FAILED_RUNS.test(name)) return { faults: [createErrorEvent(JSON.parse(text) as Fields, 0)] };
	if (response.status !== 200) return undefined;
	const { answer, event, data, metadata } = JSON.parse(text) as Fields;
	const { llm: reasoning } = ((metadata as Fields | undefined)?.reasoning ?? {}) as Fields;
	const isPaused = event === 'workflow_paused';
	return {
		script: {
			tokens: [String(answer)],
			...(reasoning !== undefined && { reasoning: [String(reasoning)] }),
			...(isPaused && { workflowStatus: 'paused', form: getForm(data as Fields) }),
		},
	};
}

function parseStream(events: Fields[], isChatflow: boolean): Scenario {
	const find = (name: string): Fields | undefined => events.find(({ event }) => event === name);
	// The `message` event of a New Agent repeats the whole answer.
	const isNewAgent = find('agent_message') !== undefined && find('message') !== undefined;
	const tokens = events
		.filter(({ event, answer }) => typeof answer === 'string' && event !== 'message_replace')
		.filter(({ event }) => !(isNewAgent && event === 'message'))
		.map(({ answer }) => String(answer));
	const script: AnswerScript = { tokens };
	if (isNewAgent) script.closingText = String(find('message')?.answer);
	const reasoning = events
		.filter(({ event, data }) => event === 'reasoning_chunk' && !(data as Fields).is_final)
		.map(({ data }) => String((data as Fields).reasoning));
	if (reasoning.length > 0) script.reasoning = reasoning;
	// A chatflow whose answer is complete before its workflow starts has moderated the input.
	const [first] = events;
	if (first?.event === 'message' && isChatflow)
		return { faults: [{ kind: 'moderatedInput', text: tokens.join('') }] };
	const finished = find('workflow_finished')?.data as Fields | undefined;
	if (finished !== undefined) {
		script.workflowStatus = finished.status as AnswerScript['workflowStatus'];
		script.workflowError = String(finished.error);
	}
	const paused = find('workflow_paused')?.data as Fields | undefined;
	if (paused !== undefined) {
		script.workflowStatus = 'paused';
		script.form = getForm(paused);
	}
	const error = find('error');
	// The `error` event of a chatflow only repeats the error of `workflow_finished`.
	const isFailed = error !== undefined && finished === undefined;
	return { script, faults: isFailed ? [createErrorEvent(error, tokens.length)] : [] };
}

function createErrorEvent({ code, status, message }: Fields, afterTokens: number): Fault {
	return {
		kind: 'errorEvent',
		afterTokens,
		code: String(code),
		status: Number(status),
		message: String(message).replace(/^Run failed: /, ''),
	};
}

/** Returns the form of a paused run. It is part of the first reason of the pause. */
function getForm({ reasons }: Fields): Fields {
	const [{ TYPE: _, ...form } = {}] = reasons as Fields[];
	return form;
}
