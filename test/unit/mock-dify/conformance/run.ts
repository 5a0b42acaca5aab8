import type { Fault, Scenario, AnswerScript } from '../../../../mock-dify';
import type { Recording } from '../../../fixtures/recordings';
import { bodyOf, headerOf } from '../../../fixtures/recordings';

type Fields = Record<string, unknown>;

/** Blocking runs that began and failed: what their model, or a node, said is played too. */
const FAILED_RUNS = /^(?:b08|b09|b10|c31|c34)_/;

/** What the recorded model said and what became of it, for an app to play; `undefined` where none ran. */
export function runOf(recorded: Recording): Scenario | undefined {
	const { name, request, response } = recorded;
	if (request.method !== 'POST' || request.path !== '/v1/chat-messages') return undefined;
	const text = bodyOf(recorded).toString();
	if (headerOf(recorded, 'content-type').startsWith('text/event-stream')) {
		return streamedRun(
			text
				.split('\n\n')
				.filter((frame) => frame.startsWith('data: '))
				.map((frame) => JSON.parse(frame.slice(6)) as Fields),
		);
	}
	if (FAILED_RUNS.test(name)) return { faults: [errorEvent(JSON.parse(text) as Fields, 0)] };
	if (response.status !== 200) return undefined;
	const { answer, event, data } = JSON.parse(text) as Fields;
	const isPaused = event === 'workflow_paused';
	return {
		script: {
			tokens: [String(answer)],
			...(isPaused && { workflowStatus: 'paused', form: formOf(data as Fields) }),
		},
	};
}

function streamedRun(events: Fields[]): Scenario {
	const find = (name: string): Fields | undefined => events.find(({ event }) => event === name);
	const tokens = events
		.filter(({ event, answer }) => typeof answer === 'string' && event !== 'message_replace')
		.map(({ answer }) => String(answer));
	const script: AnswerScript = { tokens };
	const finished = find('workflow_finished')?.data as Fields | undefined;
	if (finished !== undefined) {
		script.workflowStatus = finished.status as AnswerScript['workflowStatus'];
		script.workflowError = String(finished.error);
	}
	const paused = find('workflow_paused')?.data as Fields | undefined;
	if (paused !== undefined) {
		script.workflowStatus = 'paused';
		script.form = formOf(paused);
	}
	const error = find('error');
	// In a chatflow it only repeats what failed.
	const fails = error !== undefined && finished === undefined;
	return { script, faults: fails ? [errorEvent(error, tokens.length)] : [] };
}

function errorEvent({ code, status, message }: Fields, afterTokens: number): Fault {
	return {
		kind: 'errorEvent',
		afterTokens,
		code: String(code),
		status: Number(status),
		message: String(message).replace(/^Run failed: /, ''),
	};
}

/** The form of a pause's first reason. */
function formOf({ reasons }: Fields): Fields {
	const [{ TYPE: _, ...form } = {}] = reasons as Fields[];
	return form;
}
