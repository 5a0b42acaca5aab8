import { randomUUID } from 'node:crypto';
import { delay } from '../delay';
import type { SseResponse } from '../http/sseResponse';
import type { Message } from '../model';
import { findFault } from '../scenario';
import { emitEndEvents, messageEndEvent } from './endings';
import { EventWriter } from './eventWriter';
import { Heartbeat } from './heartbeat';
import type { Thought } from './payloads';
import { createThoughts, createZeroUsage, emitFailedWorkflow, nodeEvent } from './payloads';
import type { RunContext } from './runContext';
import { runsInWorker } from './runContext';
import { Speech } from './speech';
import { streamTokens } from './tokens';

/** Streams a run as its app mode and Dify version do. */
export async function streamRun(context: RunContext, response: SseResponse): Promise<void> {
	const { scenario, message } = context;
	const writer = new EventWriter(context, response);
	const moderatedInput = findFault(scenario, 'moderatedInput');
	if (moderatedInput !== undefined) {
		await streamModeratedInput(writer, moderatedInput.text);
		return;
	}
	const heartbeat = new Heartbeat(context, response);
	const thoughts = createThoughts(context);
	await emitStart(writer);
	await emitPreamble(writer);
	await scenario.script?.startAfter;
	await heartbeat.wait(scenario.script?.firstTokenMs ?? 0);
	const isNewAgent = context.app.mode === 'agent';
	await emitThoughtsAndFiles(writer, isNewAgent ? thoughts.slice(0, -1) : thoughts);
	const speech = createSpeechOf(writer);
	const thought = isNewAgent ? thoughts.at(-1) : undefined;
	const answer = await streamTokens(writer, heartbeat, { thought, speech });
	if (answer === undefined) return;
	if (!answer.isStopped) {
		const finalThought = isNewAgent ? '' : answer.text;
		if (!isNewAgent) await emitFinalThought(writer, thoughts, finalThought);
		storeThoughts(message, thoughts, finalThought);
	}
	message.retriever_resources = scenario.script?.retrieverResources ?? [];
	const text = await emitEndEvents(writer, answer);
	// Without a worker, Dify does not save the answer if the client disconnects
	// (i01_chat_messages_8s_later).
	if (!response.isClosedByClient || runsInWorker(context)) message.answer = text;
	context.run.endSubscriptions();
	// A chatflow sends nothing after `workflow_finished` (y11_tts_flow-autoplay).
	if (!writer.isChatflow) await speech?.end();
	const lingerMs = runsInWorker(context) ? context.lingerMs : 0;
	await delay(findFault(scenario, 'openAfterEnd')?.ms ?? lingerMs, context.shutdownSignal);
	await response.end();
}

function createSpeechOf(writer: EventWriter): Speech | undefined {
	const { textToSpeech } = writer.context.app;
	if (textToSpeech?.autoPlay !== 'enabled') return undefined;
	return new Speech(writer, textToSpeech.voice);
}

/**
 * Answers a message whose input is moderated. The workflow of a chatflow does not start. See
 * docs/dify-api.md#moderation.
 */
async function streamModeratedInput(writer: EventWriter, text: string): Promise<void> {
	const { context, response } = writer;
	const { app, message, profile, run, task, store } = context;
	if (runsInWorker(context)) await response.sendPing();
	// A chatbot sends each character in an event of its own.
	const noSelector = profile.hasFieldsOf116 ? [] : null;
	for (const answer of writer.isChatflow ? [text] : text) {
		await writer.emit({
			event: 'message',
			id: message.id,
			answer,
			from_variable_selector: noSelector,
		});
	}
	store.runs.delete(run.id);
	message.answer = text;
	message.usage = createZeroUsage(context);
	await writer.emit(messageEndEvent(context));
	if (runsInWorker(context)) {
		if (profile.streamErrorStyle === 'silence') {
			await delay(context.chatflowTimeoutMs, context.shutdownSignal);
		} else {
			await emitFailedWorkflow(response, {
				taskId: task.id,
				runId: run.id,
				workflowId: app.id,
				inputs: {},
				error: 'Workflow stream ended without a terminal event',
			});
			await delay(context.lingerMs, context.shutdownSignal);
		}
	}
	await response.end();
}

/** Sends the first pings, and for a chatflow the events up to the start of its LLM node. */
async function emitStart(writer: EventWriter): Promise<void> {
	const { context, response } = writer;
	if (findFault(context.scenario, 'pingFirst') !== undefined) await response.sendPing();
	if (runsInWorker(context)) await response.sendPing();
	if (!writer.isChatflow) return;
	const { app, conversation, message, profile, run } = context;
	await writer.emitWorkflow({
		event: 'workflow_started',
		data: {
			id: run.id,
			workflow_id: app.id,
			inputs: {
				'sys.query': message.query,
				'sys.user_id': conversation.user,
				...message.inputs,
			},
			created_at: message.created_at,
			...(profile.usesWorker && { reason: 'initial' }),
		},
	});
	await writer.emitWorkflow(nodeEvent('node_started', 'start'));
	await writer.emitWorkflow(nodeEvent('node_finished', 'start'));
	await writer.emitWorkflow(nodeEvent('node_started', 'llm'));
}

/** Sends the events that precede the first token: those of the script and those of faults. */
async function emitPreamble(writer: EventWriter): Promise<void> {
	const { scenario, message } = writer.context;
	const { preamble = [], reasoning = [] } = scenario.script ?? {};
	for (const event of preamble) {
		await (writer.isChatflow ? writer.emitWorkflow(event) : writer.emit(event));
	}
	const hugeLine = findFault(scenario, 'hugeDataLine');
	if (hugeLine !== undefined) {
		await writer.emitWorkflow({
			event: 'node_finished',
			data: { id: 'huge', outputs: { text: 'x'.repeat(hugeLine.bytes) } },
		});
	}
	if (findFault(scenario, 'unknownEvent') !== undefined) {
		await writer.emit({ event: 'brand_new_event', data: {} });
	}
	for (const text of reasoning) {
		await writer.emit({
			event: 'reasoning_chunk',
			data: { message_id: message.id, reasoning: text, node_id: 'llm', is_final: false },
		});
	}
}

async function emitThoughtsAndFiles(writer: EventWriter, thoughts: Thought[]): Promise<void> {
	for (const thought of thoughts) await writer.emit({ event: 'agent_thought', ...thought });
	for (const file of writer.context.scenario.script?.files ?? []) {
		await writer.emit({
			event: 'message_file',
			id: randomUUID(),
			type: 'image',
			belongs_to: 'assistant',
			url: '',
			...file,
		});
	}
}

/** Sends the last step of an agent again, now with the answer. */
async function emitFinalThought(
	writer: EventWriter,
	thoughts: Thought[],
	answer: string,
): Promise<void> {
	const last = thoughts.at(-1);
	if (last === undefined) return;
	await writer.emit({ event: 'agent_thought', ...last, thought: answer });
}

/** Stores the steps of an agent in its message. */
function storeThoughts(message: Message, thoughts: Thought[], answer: string): void {
	const last = thoughts.at(-1);
	message.agent_thoughts = thoughts.map(({ message_files: files, ...thought }) => ({
		...thought,
		...(thought.id === last?.id && { thought: answer }),
		chain_id: null,
		message_id: message.id,
		created_at: message.created_at,
		files,
	}));
}
