import { sleep } from 'n8n-workflow';
import type { Connection } from '../../../transport/connection';
import type { Recovered } from './restored';
import { restored } from './restored';
import type { Run } from './run';
import { readRun } from './run';
import type { RunOptions } from './settings';
import { readStored } from './stored';

/** A chatbot's or an agent's message is written, whole or empty, within a second of the cut (recordings, i01, i03). */
const SETTLED_MS = 3_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** How long a chatflow, which goes on without its reader, may take where silence has no limit. */
const LONGEST_MS = 300_000;

export interface RecoverySettings {
	user: string;
	options: RunOptions;
	/** Of a run that was read from its middle on. */
	workflowRunId?: string;
	cancelSignal?: AbortSignal;
}

/**
 * Finds out what became of a run whose stream was cut, never asking the question again. A chatflow
 * since 1.13 goes on without its reader: since 1.14 its events can be read on, and its answer is
 * stored when it is done. Older ones, chatbots and agents store `""` with status `normal` for ever.
 *
 * @returns the whole run, or `undefined` when it cannot be had
 */
export async function recover(
	connection: Connection,
	run: Run,
	settings: RecoverySettings,
): Promise<Recovered | undefined> {
	const { user, options, workflowRunId, cancelSignal: signal } = settings;
	const { workflow, mode } = run.result;
	const runId = workflow?.id ?? workflowRunId;
	const isFlow = mode === 'advanced-chat' || workflowRunId !== undefined;
	const goesOn = isFlow && !isBefore113(run.version);
	const limitMs = options.idleTimeout === 0 ? LONGEST_MS : options.idleTimeout * 1000;
	const deadline = performance.now() + (goesOn ? limitMs : Math.min(SETTLED_MS, limitMs));
	let eventsOf = goesOn ? runId : undefined;
	for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
		const taken =
			eventsOf === undefined ? undefined : await takeUp(connection, eventsOf, run, settings);
		// Before 1.14 there is no such address.
		if (taken?.failure?.status === 404) eventsOf = undefined;
		const stored = await readStored(connection, {
			conversation_id: run.result.conversation_id ?? taken?.result.conversation_id,
			message_id: run.result.message_id ?? taken?.result.message_id,
			user,
			signal,
		});
		const isPart = workflowRunId !== undefined;
		const recovered = restored(run, taken, stored, { isPart, ...options });
		if (recovered !== undefined) return recovered;
		if (performance.now() + pauseMs > deadline || signal?.aborted === true) return undefined;
		await Promise.race([sleep(pauseMs), aborted(signal)]);
	}
}

/**
 * Reads a run on from where it stands (contract, section 6). The state that Dify says first tells of a
 * pause; its text is of no use, as the answer is stored only at a pause or the end, and what came
 * between the cut and the taking up comes no more: the whole answer stands at the workflow's end.
 */
async function takeUp(
	connection: Connection,
	runId: string,
	{ timing }: Run,
	{ user, options, cancelSignal }: RecoverySettings,
): Promise<Run> {
	const totalMs = options.maxDuration * 1000;
	return await readRun(
		connection,
		{
			method: 'GET',
			path: `/workflow/${runId}/events`,
			qs: { user, include_state_snapshot: 'true' },
		},
		{
			idleMs: options.idleTimeout * 1000,
			totalMs: totalMs === 0 ? 0 : Math.max(1, totalMs - timing.duration_ms),
			cancelSignal,
			includeEvents: false,
			isResumed: true,
		},
	);
}

/** Settles when `signal` aborts; never without one. */
async function aborted(signal: AbortSignal | undefined): Promise<void> {
	await new Promise<void>((resolve) => {
		signal?.addEventListener('abort', () => resolve(), { once: true });
	});
}

/** Whether Dify says of itself that it is older than 1.13, where a chatflow ends with its reader. */
function isBefore113(version: string | undefined): boolean {
	const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
	if (major === undefined || minor === undefined) return false;
	return Number(major) < 1 || (Number(major) === 1 && Number(minor) < 13);
}
