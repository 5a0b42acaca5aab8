import type { App, Conversation, Message, Task } from '../model';
import type { Scenario } from '../scenario';
import type { ServerContext } from '../server';
import type { WorkflowRun } from '../workflowRun';

type RunSettings = Pick<
	ServerContext,
	'profile' | 'store' | 'lingerMs' | 'chatflowTimeoutMs' | 'pingIntervalMs' | 'shutdownSignal'
>;

/** What the answer to one message needs: its data, its scenario and the settings of the server. */
export interface RunContext extends RunSettings {
	app: App;
	conversation: Conversation;
	message: Message;
	task: Task;
	scenario: Scenario;
	run: WorkflowRun;
	/** The answer text produced before the pause. Set when a paused run is resumed. */
	answerBeforePause?: string;
}

export function createRunContext(
	{ profile, store, lingerMs, chatflowTimeoutMs, pingIntervalMs, shutdownSignal }: RunSettings,
	run: WorkflowRun,
): RunContext {
	const { app, conversation, message, task, scenario } = run;
	return {
		...{ profile, store, lingerMs, chatflowTimeoutMs, pingIntervalMs, shutdownSignal },
		...{ app, conversation, message, task, scenario, run },
	};
}

/** Returns whether the run continues when its client disconnects. See docs/dify-api.md#versions. */
export function runsInWorker({ app, profile }: Pick<RunContext, 'app' | 'profile'>): boolean {
	return app.mode === 'advanced-chat' && profile.usesWorker;
}
