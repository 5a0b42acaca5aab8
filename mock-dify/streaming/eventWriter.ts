import type { SseResponse } from '../http/sseResponse';
import type { EventObject } from '../model';
import type { RunContext } from './runContext';

/** The fields that all events of a run have in common. See docs/dify-api.md#event-payloads. */
export interface EventEnvelope {
	conversation_id: string;
	message_id: string;
	created_at: number;
	task_id: string;
}

/** Sends the events of one run and adds the ids of the run to them. */
export class EventWriter {
	readonly isChatflow: boolean;
	readonly envelope: EventEnvelope;

	constructor(
		readonly context: RunContext,
		readonly response: SseResponse,
	) {
		const { app, conversation, message, task } = context;
		this.isChatflow = app.mode === 'advanced-chat';
		this.envelope = {
			conversation_id: conversation.id,
			message_id: message.id,
			created_at: message.created_at,
			task_id: task.id,
		};
	}

	/** Sends an event of the message. */
	async emit({ event, ...fields }: EventObject): Promise<void> {
		await this.response.sendEvent({ event, ...this.envelope, ...fields });
	}

	/** Sends an event of the workflow. It has a `workflow_run_id` in addition. */
	async emitWorkflow({ event, ...fields }: EventObject): Promise<void> {
		const { id: workflow_run_id } = this.context.run;
		await this.response.sendEvent({ event, ...this.envelope, workflow_run_id, ...fields });
	}

	/** Sends an `error` event, the only event without a `task_id`. See docs/dify-api.md#error-event. */
	async emitError(code: string, status: number, message: string): Promise<void> {
		const { task_id: _, ...ids } = this.envelope;
		await this.response.sendEvent({ event: 'error', ...ids, code, status, message });
	}
}
