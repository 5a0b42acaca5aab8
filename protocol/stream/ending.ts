import type { MessageEndEvent, WorkflowOutcome } from './events';
import type { RunError, RunStatus } from './result';

/**
 * How far a run is.
 * - `streaming`: more must come
 * - `awaitingPair`: half of a chatflow's end has come, and the other half may or may not (recordings: it
 *   follows within 50 ms, or, from Dify 1.13.0, never). Wait {@link PAIR_GRACE_MS}, then stop reading
 * - `done`: nothing that counts can come; the server may hold the connection all the same
 */
export type RunPhase = 'streaming' | 'awaitingPair' | 'done';

/** Ten times the longest gap recorded between `message_end` and `workflow_finished`. */
export const PAIR_GRACE_MS = 500;

/** What has come of a run's end: which of Dify's terminal events, and so what it ended as. */
export class Ending {
	message: MessageEndEvent | undefined;
	workflow: WorkflowOutcome | undefined;
	error: RunError | undefined;
	isPaused = false;

	phase(isChatflow: boolean): RunPhase {
		if (this.error !== undefined || this.isPaused) return 'done';
		if (this.workflow !== undefined) {
			const { status } = this.workflow;
			if (status === 'failed' || status === 'stopped') return 'done';
			return this.message === undefined ? 'awaitingPair' : 'done';
		}
		if (this.message === undefined) return 'streaming';
		// A chatbot, an agent, or a chatflow answered before it began: by an annotation or by moderation.
		return isChatflow ? 'awaitingPair' : 'done';
	}

	get status(): RunStatus {
		if (this.failure !== undefined) return 'failed';
		if (this.isPaused) return 'paused';
		if (this.workflow?.status === 'stopped') return 'stopped';
		if (this.workflow?.status === 'partial-succeeded') return 'partial';
		if (this.workflow !== undefined || this.message !== undefined) return 'completed';
		return 'truncated';
	}

	/** The error event's account where there is one: it has a code. */
	get failure(): RunError | undefined {
		if (this.error !== undefined || this.workflow?.status !== 'failed') return this.error;
		return { message: this.workflow.error ?? '', from: 'workflow' };
	}
}
