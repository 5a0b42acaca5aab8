import { findFault, getTokens } from '../scenario';
import type { EventWriter } from './eventWriter';
import { applyStreamFault } from './faults';
import type { Heartbeat } from './heartbeat';
import type { Thought } from './payloads';
import type { RunContext } from './runContext';
import { runsInWorker } from './runContext';
import type { Speech } from './speech';

/** The part of an answer that was sent. */
export interface SentAnswer {
	text: string;
	tokenCount: number;
	/** Whether the user stopped the run. */
	isStopped: boolean;
}

/** What is sent together with the tokens. */
interface TokenCompanions {
	/** The step of a New Agent, sent before each token. */
	thought?: Thought | undefined;
	/** The speech of an app that plays its answers. */
	speech?: Speech | undefined;
}

/** Limits the memory of long answers. No test reads the text of such an answer. */
const MAX_STORED_TOKENS = 100_000;

/** The token of the fault `lineSeparators`. */
const LINE_SEPARATORS = 'a\u2028b\u2029c\u0085d';

/** Sends the tokens of the answer. Returns `undefined` if the stream ended before the last token. */
export async function streamTokens(
	writer: EventWriter,
	heartbeat: Heartbeat,
	{ thought, speech }: TokenCompanions = {},
): Promise<SentAnswer | undefined> {
	const { context, response } = writer;
	const { scenario, shutdownSignal } = context;
	const script = scenario.script ?? {};
	const [prefix, suffix] = createTokenTemplate(writer);
	const hasLineSeparators = findFault(scenario, 'lineSeparators') !== undefined;
	const hasInvalidJson = findFault(scenario, 'badJsonFrame') !== undefined;
	const sentTokens: string[] = [];

	let tokenCount = 0;
	for (const token of concat(hasLineSeparators ? [LINE_SEPARATORS] : [], getTokens(script))) {
		if (await applyStreamFault(writer, tokenCount)) return undefined;
		if (response.isClosedByClient && !runsInWorker(context)) return undefined;
		if (shutdownSignal.aborted) return undefined;
		await heartbeat.wait(tokenCount > 0 ? (script.gapMs ?? 0) : 0);
		if (heartbeat.isStopped) return { text: sentTokens.join(''), tokenCount, isStopped: true };
		if (thought !== undefined) await writer.emit({ event: 'agent_thought', ...thought });
		await response.sendToken(prefix + JSON.stringify(token) + suffix, script.tokensPerPacket ?? 1);
		if (sentTokens.length < MAX_STORED_TOKENS) sentTokens.push(token);
		if (tokenCount === 0 && hasInvalidJson) await response.sendEvent('{"event":"message","ans');
		await speech?.push(token);
		tokenCount++;
	}
	if (await applyStreamFault(writer, tokenCount)) return undefined;
	await response.flush();
	if (script.reasoning !== undefined) {
		await writer.emit({
			event: 'reasoning_chunk',
			data: { message_id: context.message.id, reasoning: '', node_id: 'llm', is_final: true },
		});
	}
	// The last chunk of a model provider carries the usage and no text. A resumed run and a run that
	// pauses before its model runs have no such chunk.
	const hasModelOutput =
		context.app.mode !== 'agent' &&
		context.answerBeforePause === undefined &&
		!(script.workflowStatus === 'paused' && tokenCount === 0);
	if (script.tokensPerPacket === undefined && hasModelOutput)
		await response.sendEvent(`${prefix}""${suffix}`);
	return { text: sentTokens.join(''), tokenCount, isStopped: false };
}

/**
 * Returns the JSON of a token event before and after its text. Building each event from an object
 * would be slow: an answer of 10 MB in tokens of 4 bytes has 2.6 million events.
 */
function createTokenTemplate({
	context,
	envelope,
	isChatflow,
}: EventWriter): [prefix: string, suffix: string] {
	const { app, message, profile } = context;
	const fields = { event: getTokenEventName(context), ...envelope, id: message.id };
	const prefix = `${JSON.stringify(fields).slice(0, -1)},"answer":`;
	if (app.mode === 'agent-chat' || app.mode === 'agent') return [prefix, '}'];
	const noSelector = profile.hasFieldsOf116 ? '[]' : 'null';
	return [prefix, `,"from_variable_selector":${isChatflow ? '["llm","text"]' : noSelector}}`];
}

function getTokenEventName({ app, scenario, profile, message }: RunContext): string {
	if (app.mode === 'agent-chat' || app.mode === 'agent') return 'agent_message';
	const isMessageFile =
		(app.mode === 'chat' && profile.sendsTextAsMessageFile && message.message_files.length > 0) ||
		findFault(scenario, 'textInMessageFile') !== undefined;
	return isMessageFile ? 'message_file' : 'message';
}

function* concat(...parts: Array<Iterable<string>>): Generator<string> {
	for (const part of parts) yield* part;
}
