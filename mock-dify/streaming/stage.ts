import type { EventStream } from '../stream';
import type { Play } from './play';

export type EventObject = Record<string, unknown>;

/** What stands around each event of a run (contract, section 4). */
export interface Envelope {
	conversation_id: string;
	message_id: string;
	created_at: number;
	task_id: string;
}

/** A run on its way out: its ids, and the events said with them. */
export class Stage {
	readonly isFlow: boolean;
	readonly envelope: Envelope;
	readonly runId: string;

	constructor(
		readonly play: Play,
		readonly stream: EventStream,
	) {
		const { app, conversation, message, task, workflowRun } = play;
		this.runId = workflowRun.id;
		this.isFlow = app.mode === 'advanced-chat';
		this.envelope = {
			conversation_id: conversation.id,
			message_id: message.id,
			created_at: message.created_at,
			task_id: task.id,
		};
	}

	/** Says an event of the message. */
	async say({ event, ...fields }: EventObject): Promise<void> {
		await this.stream.event({ event, ...this.envelope, ...fields });
	}

	/** Says what went wrong: the one event without a `task_id`. */
	async sayError(code: string, status: number, message: string): Promise<void> {
		const { task_id: _, ...ids } = this.envelope;
		await this.stream.event({ event: 'error', ...ids, code, status, message });
	}

	/** Says an event of the workflow, which has its id too. */
	async sayOfFlow({ event, ...fields }: EventObject): Promise<void> {
		await this.stream.event({
			event,
			...this.envelope,
			workflow_run_id: this.runId,
			...fields,
		});
	}
}
