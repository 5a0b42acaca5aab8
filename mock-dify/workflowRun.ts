import { randomUUID } from 'node:crypto';
import type { App, Conversation, EventObject, Message, Task } from './model';
import type { Scenario } from './scenario';

/** How a connection ends: closed cleanly, reset, or left open without further data. */
export type Disconnection = 'cut' | 'reset' | 'stall';

/** Receives the event stream of a run. */
export interface EventSink {
	/** Sends text that is already in SSE format. */
	write(sseText: string): Promise<void>;
	/** Ends the connection to the client. Later writes have no effect. */
	disconnect(how: Disconnection): void;
}

interface WorkflowRunOptions {
	app: App;
	conversation: Conversation;
	message: Message;
	task: Task;
	scenario: Scenario;
}

/**
 * The run that answers one message. Clients can subscribe to its events with
 * GET /workflow/{run_id}/events. See docs/dify-api.md#resuming.
 */
export class WorkflowRun implements EventSink {
	readonly id = randomUUID();
	readonly app: App;
	readonly conversation: Conversation;
	readonly message: Message;
	/** The current task. A resumed run has a new one. */
	task: Task;
	/** The current scenario. A resumed run has a new one. */
	scenario: Scenario;
	/** The events that announced the current pause. Empty unless the run is paused. */
	pauseEvents: EventObject[] = [];
	/** The `workflow_finished` event. Set when the run has finished. */
	finishedEvent: EventObject | undefined;
	/** Whether the request of the message was blocking. */
	isBlocking = false;
	/** Cuts off the event stream of the client that sent the message. */
	closeRequestStream: (() => void) | undefined;
	private readonly subscribers = new Map<EventSink, () => void>();

	constructor({ app, conversation, message, task, scenario }: WorkflowRunOptions) {
		this.app = app;
		this.conversation = conversation;
		this.message = message;
		this.task = task;
		this.scenario = scenario;
	}

	/** Sends all later events to the subscriber. Resolves when the run pauses or ends. */
	async subscribe(subscriber: EventSink): Promise<void> {
		await new Promise<void>((resolve) => this.subscribers.set(subscriber, resolve));
	}

	/** Sends text in SSE format to all subscribers. */
	async write(sseText: string): Promise<void> {
		for (const subscriber of this.subscribers.keys()) await subscriber.write(sseText);
	}

	/** Ends the connections of all subscribers and removes them. */
	disconnect(how: Disconnection): void {
		for (const subscriber of this.subscribers.keys()) subscriber.disconnect(how);
		this.endSubscriptions();
	}

	/** Returns whether the subscriber still receives the events. */
	isSubscribed(subscriber: EventSink): boolean {
		return this.subscribers.has(subscriber);
	}

	/**
	 * Stops sending events to all current clients, as Dify 1.15 does when one of them disconnects. The
	 * connection of the request ends. Subscribers stay connected and receive only pings.
	 */
	closeAllReaders(): void {
		this.closeRequestStream?.();
		this.subscribers.clear();
	}

	/** Removes all subscribers. Call it when the run has paused or ended. */
	endSubscriptions(): void {
		for (const resolve of this.subscribers.values()) resolve();
		this.subscribers.clear();
	}
}
