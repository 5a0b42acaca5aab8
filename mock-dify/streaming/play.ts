import type { VersionProfile } from '../versions';
import type { Scenario } from '../scenario';
import type { App, Conversation, Message, Store, Task } from '../store';
import type { WorkflowRun } from '../workflowRun';

/** One run of an app: who asked what, and what it plays. */
export interface Play {
	app: App;
	profile: VersionProfile;
	store: Store;
	conversation: Conversation;
	message: Message;
	task: Task;
	run: Scenario;
	workflowRun: WorkflowRun;
	/** Of a run that a person let go on: its answer up to the pause. */
	answerBefore?: string;
	lingerMs: number;
	pingIntervalMs: number;
	/** Ends waits when the server closes. */
	closing: AbortSignal;
}

/** Whether the run goes on without its reader (recordings, i). */
export function hasWorker({ app, profile }: Play): boolean {
	return app.mode === 'advanced-chat' && profile.worker;
}
