import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AppMode } from './apps';
import type { Profile } from './profiles';
import type { Hazard, Run, Script } from './script';
import { hazardOf, tokensOf } from './script';
import type { App, Conversation, Message, Store, Task } from './store';
import { unixSeconds } from './store';
import type { EventStream } from './stream';

/** One run of an app: who asked what, and what it plays. */
export interface Play {
	app: App;
	profile: Profile;
	store: Store;
	conversation: Conversation;
	message: Message;
	task: Task;
	run: Run;
	/** Whether the message has an image. */
	hasImage: boolean;
	lingerMs: number;
	pingIntervalMs: number;
	/** Ends waits when the server closes. */
	closing: AbortSignal;
}

type EventObject = Record<string, unknown>;

const ZERO_USAGE = {
	prompt_tokens: 0,
	prompt_unit_price: '0.0',
	prompt_price_unit: '0.0',
	prompt_price: '0.0',
	completion_tokens: 0,
	completion_unit_price: '0.0',
	completion_price_unit: '0.0',
	completion_price: '0.0',
	total_tokens: 0,
	total_price: '0.0',
	currency: 'USD',
	latency: 0,
	time_to_first_token: null,
	time_to_generate: null,
};

/** `usage` as the recorded model had it: a price for each token. */
export function usageOf(
	script: Script,
	tokens: number,
	mode: AppMode,
): Record<string, unknown> | null {
	if (script.usage !== undefined) return script.usage;
	const price = (tokens * 0.0000015).toFixed(7);
	return {
		...ZERO_USAGE,
		prompt_tokens: 26,
		prompt_unit_price: '0.5',
		prompt_price_unit: '0.000001',
		prompt_price: '0.0000130',
		completion_tokens: tokens,
		completion_unit_price: '1.5',
		completion_price_unit: '0.000001',
		completion_price: price,
		total_tokens: 26 + tokens,
		total_price: (0.000013 + Number(price)).toFixed(7),
		latency: 0.114,
		// A chatflow measures itself.
		...(mode === 'advanced-chat' && { time_to_first_token: 0.369, time_to_generate: 0.038 }),
	};
}

/** Streams a run as its app kind and Dify's version do. */
export async function playStream(play: Play, stream: EventStream): Promise<void> {
	const { app, message, conversation, task, run, profile } = play;
	const script = run.script ?? {};
	const isFlow = app.mode === 'advanced-chat';
	const envelope = {
		conversation_id: conversation.id,
		message_id: message.id,
		created_at: message.created_at,
		task_id: task.id,
	};
	const runId = randomUUID();
	const flowEnvelope = { ...envelope, workflow_run_id: runId };
	const say = async (event: EventObject, around: EventObject = envelope): Promise<void> => {
		const { event: name, ...fields } = event;
		await stream.event({ event: name, ...around, ...fields });
	};

	if (hazardOf(run, 'pingFirst') !== undefined) await stream.ping();
	if (isFlow && profile.worker) await stream.ping();
	if (isFlow) {
		await say(
			{
				event: 'workflow_started',
				data: {
					id: runId,
					workflow_id: app.id,
					inputs: {
						'sys.query': message.query,
						'sys.user_id': conversation.user,
						...message.inputs,
					},
					created_at: message.created_at,
					...(profile.worker && { reason: 'initial' }),
				},
			},
			flowEnvelope,
		);
		await say(node('node_started', 'start'), flowEnvelope);
		await say(node('node_finished', 'start'), flowEnvelope);
		await say(node('node_started', 'llm'), flowEnvelope);
	}
	for (const event of script.preamble ?? []) await say(event, isFlow ? flowEnvelope : envelope);
	const huge = hazardOf(run, 'hugeDataLine');
	if (huge !== undefined) {
		await say(
			{ event: 'node_finished', data: { id: 'huge', outputs: { text: 'x'.repeat(huge.bytes) } } },
			flowEnvelope,
		);
	}
	if (hazardOf(run, 'unknownEvent') !== undefined)
		await say({ event: 'brand_new_event', data: {} });
	for (const reasoning of script.reasoning ?? []) {
		await say({
			event: 'reasoning_chunk',
			data: { message_id: message.id, reasoning, node_id: 'llm', is_final: false },
		});
	}
	const thoughts = app.mode === 'agent-chat' ? thoughtsOf(script) : [];
	for (const thought of thoughts) await say({ event: 'agent_thought', ...thought });
	for (const file of script.files ?? []) {
		await say({
			event: 'message_file',
			id: randomUUID(),
			type: 'image',
			belongs_to: 'assistant',
			url: '',
			...file,
		});
	}

	const answer = await playTokens(play, stream, envelope);
	if (answer === undefined) return;
	let text = answer.text;
	if (thoughts.length > 0) {
		const last = thoughts.at(-1) as EventObject;
		await say({ event: 'agent_thought', ...last, thought: text });
		message.agent_thoughts = thoughts.map((thought) => ({
			...thought,
			chain_id: null,
			message_id: message.id,
		}));
	}
	const replace = hazardOf(run, 'messageReplace');
	const sayReplacement = async (): Promise<void> => {
		if (replace === undefined) return;
		text = replace.text;
		await say({
			event: 'message_replace',
			answer: text,
			reason: isFlow ? 'output_moderation' : '',
		});
	};
	if (replace?.when !== 'after-workflow-finished') await sayReplacement();

	const status = answer.stopped ?? script.workflowStatus ?? 'succeeded';
	message.retriever_resources = script.retrieverResources ?? [];
	const messageEnd: EventObject = {
		event: 'message_end',
		id: message.id,
		metadata: {
			annotation_reply: null,
			retriever_resources: script.retrieverResources ?? [],
			usage: answer.stopped === undefined ? usageOf(script, answer.tokens, app.mode) : ZERO_USAGE,
		},
		files: isFlow ? [] : null,
	};
	if (!isFlow) {
		if (hazardOf(run, 'missingMessageEnd') === undefined) await say(messageEnd);
	} else if (status === 'paused') {
		const form = {
			form_id: randomUUID(),
			node_id: 'human',
			node_title: 'Approve',
			form_token: 'token',
			...script.form,
		};
		await say(
			{ event: 'human_input_required', data: { ...form, display_in_ui: true } },
			flowEnvelope,
		);
		await say(
			{
				event: 'workflow_paused',
				data: {
					workflow_run_id: runId,
					paused_nodes: ['human'],
					outputs: {},
					reasons: [{ TYPE: 'human_input_required', ...form }],
					status: 'paused',
					created_at: message.created_at,
					elapsed_time: 0.2,
					total_tokens: 34,
					total_steps: 3,
				},
			},
			flowEnvelope,
		);
		message.status = 'paused';
	} else {
		await say({ ...node('node_finished', 'llm') }, flowEnvelope);
		const error =
			answer.stopped === 'failed' ? 'Aborted: User requested stop' : (script.workflowError ?? null);
		const finished: EventObject = {
			event: 'workflow_finished',
			data: {
				id: runId,
				workflow_id: app.id,
				status,
				outputs: script.outputs ?? (status === 'failed' ? {} : { answer: text }),
				error: status === 'stopped' ? 'Stopped by user.' : error,
				elapsed_time: 0.4,
				total_tokens: 34,
				total_steps: 3,
				created_by: { id: app.id, user: conversation.user },
				created_at: message.created_at,
				finished_at: unixSeconds(),
				exceptions_count: status === 'partial-succeeded' ? 1 : 0,
				files: [],
			},
		};
		for (const end of endsOf(play, status, finished, messageEnd, error)) {
			if (end.event === 'workflow_finished' && hazardOf(run, 'missingWorkflowFinished')) continue;
			if (end.event === 'message_end' && hazardOf(run, 'missingMessageEnd')) continue;
			await say(end, end.event === 'workflow_finished' ? flowEnvelope : envelope);
			if (end.event === 'workflow_finished' && replace?.when === 'after-workflow-finished') {
				await sayReplacement();
			}
		}
	}
	// A worker goes on without its reader; the others' last save never comes (recordings, i).
	if (!stream.left || (isFlow && profile.worker)) message.answer = text;
	const lingerMs =
		hazardOf(run, 'openAfterEnd')?.ms ?? (isFlow && profile.worker ? play.lingerMs : 0);
	await wait(lingerMs, play.closing);
	await stream.end();
}

/** The order of the two ends, by version (contract, 4.1; recordings). */
function endsOf(
	{ profile }: Play,
	status: string,
	finished: EventObject,
	messageEnd: EventObject,
	error: string | null,
): EventObject[] {
	const succeeded = status === 'succeeded' || status === 'partial-succeeded';
	if (profile.ends === 'finished-then-message') {
		if (status !== 'failed') return [finished, messageEnd];
		return [
			finished,
			{ event: 'error', code: 'invalid_param', status: 400, message: `Run failed: ${error}` },
		];
	}
	if (profile.ends === 'finished-alone' || !succeeded) return [finished];
	return [messageEnd, finished];
}

interface Answer {
	text: string;
	tokens: number;
	/** How a stop ended it. */
	stopped?: 'stopped' | 'failed';
}

/** Sends the answer's tokens; `undefined` when a hazard ended the stream among them. */
async function playTokens(
	play: Play,
	stream: EventStream,
	envelope: EventObject,
): Promise<Answer | undefined> {
	const { app, run, message, closing, profile, task } = play;
	const script = run.script ?? {};
	const perPacket = script.tokensPerPacket ?? 1;
	const isFlow = app.mode === 'advanced-chat';
	const name = textEvent(play);
	// Put together by hand: ten megabytes in four-byte tokens are 2.6 million of these.
	const { conversation_id, message_id, created_at, task_id } = envelope;
	const before = `${JSON.stringify({ event: name, conversation_id, message_id, created_at, task_id, id: message.id }).slice(0, -1)},"answer":`;
	const after =
		app.mode === 'agent-chat'
			? '}'
			: `,"from_variable_selector":${isFlow ? '["llm","text"]' : 'null'}}`;
	const pieces: string[] = [];
	let lastPing = performance.now();
	let lastPoll = lastPing;
	const separators =
		hazardOf(run, 'lineSeparators') === undefined ? [] : ['a\u2028b\u2029c\u0085d'];

	await wait(script.firstTokenMs ?? 0, closing);
	let count = 0;
	for (const piece of chain(separators, tokensOf(script))) {
		if (await breaksAt(play, stream, envelope, count)) return undefined;
		if (stream.left && !(isFlow && profile.worker)) return undefined;
		if (closing.aborted) return undefined;
		if (count > 0 && script.gapMs !== undefined) await wait(script.gapMs, closing);
		const now = performance.now();
		if (now - lastPing >= play.pingIntervalMs) {
			lastPing = now;
			await stream.ping();
		}
		// Dify's listener looks for a stop once a second (recordings, f).
		if (now - lastPoll >= 1_000) {
			lastPoll = now;
			if (task.stoppedBy !== undefined) {
				return { text: pieces.join(''), tokens: count, stopped: stopOf(play) };
			}
		}
		await stream.packed(before + JSON.stringify(piece) + after, perPacket);
		if (pieces.length < MOST_KEPT) pieces.push(piece);
		if (count === 0 && hazardOf(run, 'badJsonFrame') !== undefined) {
			await stream.event('{"event":"message","ans');
		}
		count++;
	}
	if (await breaksAt(play, stream, envelope, count)) return undefined;
	await stream.flush();
	// The provider's last chunk, which carries the usage and no text.
	if (script.tokensPerPacket === undefined) await stream.event(`${before}""${after}`);
	return { text: pieces.join(''), tokens: count };
}

/** A long answer's text is not kept whole: no test reads ten megabytes back. */
const MOST_KEPT = 100_000;

function* chain(...parts: Array<Iterable<string>>): Generator<string> {
	for (const part of parts) yield* part;
}

function stopOf({ app, task }: Play): 'stopped' | 'failed' {
	return app.mode === 'advanced-chat' && task.stoppedBy !== task.user ? 'failed' : 'stopped';
}

function textEvent({ app, run, profile, hasImage }: Play): string {
	if (app.mode === 'agent-chat') return 'agent_message';
	const inFile =
		hazardOf(run, 'textInMessageFile') !== undefined || (profile.textInMessageFile && hasImage);
	return inFile ? 'message_file' : 'message';
}

type Break = Extract<Hazard, { afterTokens: number }>;

/** Whether the stream ends here, before the token of this number. */
async function breaksAt(
	{ run, closing, message, app, profile }: Play,
	stream: EventStream,
	envelope: EventObject,
	count: number,
): Promise<boolean> {
	const hazard = run.hazards?.find(
		(candidate): candidate is Break =>
			'afterTokens' in candidate && candidate.afterTokens === count,
	);
	if (hazard === undefined) return false;
	await stream.flush();
	if (app.mode === 'advanced-chat' && profile.worker && hazard.kind !== 'errorEvent') {
		// The worker knows nothing of what happened to the reader.
		message.answer = [...tokensOf(run.script ?? {})].join('');
	}
	switch (hazard.kind) {
		case 'cut':
			await stream.end();
			return true;
		case 'reset':
			// A reset throws away what the reader's kernel still holds: let it be read first.
			await wait(50, closing);
			stream.reset();
			return true;
		case 'stall':
			await wait(600_000, closing);
			return true;
		case 'errorEvent': {
			const { code, status, message: said } = hazard;
			const { task_id: _, ...ids } = envelope;
			await stream.event({ event: 'error', ...ids, code, status, message: said });
			message.status = 'error';
			message.error = said;
			await stream.end();
			return true;
		}
		default:
			return hazard satisfies never;
	}
}

function thoughtsOf({ thoughts = [{}] }: Script): EventObject[] {
	return thoughts.map((thought, index) => ({
		id: randomUUID(),
		position: index + 1,
		thought: '',
		observation: '',
		tool: '',
		tool_labels: {},
		tool_input: '',
		message_files: [],
		...thought,
	}));
}

function node(event: string, id: string): EventObject & { event: string } {
	const titles: Record<string, string> = { start: 'Start', llm: 'LLM' };
	const data = {
		id: randomUUID(),
		node_id: id,
		node_type: id,
		title: titles[id],
		index: 1,
		predecessor_node_id: null,
		inputs: null,
	};
	return {
		event,
		data:
			event === 'node_started'
				? data
				: { ...data, outputs: {}, status: 'succeeded', error: null, elapsed_time: 0.01 },
	};
}

/** Waits, unless the server closes. */
export async function wait(ms: number, closing: AbortSignal): Promise<void> {
	if (ms <= 0) return;
	try {
		await pause(ms, undefined, { signal: closing });
	} catch {
		// Closing: whoever waited looks at the signal.
	}
}
