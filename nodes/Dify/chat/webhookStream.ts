import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { parseBoolean } from '../helpers/values';

/** Streams the answer to the client of a streaming webhook or chat, through n8n's `sendChunk`. */
export class WebhookStream {
	/** Why n8n could not send a chunk. No chunk is sent after that, but the answer is still collected. */
	brokenReason: string | undefined;

	private constructor(
		private readonly context: IExecuteFunctions,
		private readonly itemIndex: number,
	) {}

	/** Returns `undefined` if the execution does not stream its response, or n8n is too old to stream. */
	static open(context: IExecuteFunctions, itemIndex: number): WebhookStream | undefined {
		return isStreaming(context) ? new WebhookStream(context, itemIndex) : undefined;
	}

	async begin(): Promise<void> {
		await this.send('begin');
	}

	async sendText(text: string): Promise<void> {
		if (text !== '') await this.send('item', text);
	}

	async fail(message: string): Promise<void> {
		await this.send('error', message);
	}

	async end(): Promise<void> {
		await this.send('end');
	}

	private async send(type: 'begin' | 'item' | 'end' | 'error', content?: string): Promise<void> {
		if (this.brokenReason !== undefined) return;
		try {
			await this.context.sendChunk(type, this.itemIndex, content);
		} catch (error) {
			this.brokenReason = error instanceof Error ? error.message : String(error);
		}
	}
}

/**
 * Calls `run`. If it fails, the client that receives the answer as a stream gets the reason, also if no
 * request was sent yet. If the error stops the workflow, n8n sends the error's description to the client,
 * so the message is added to it. If the workflow continues, n8n sends nothing, so this sends the message.
 */
export async function reportFailure<Result>(
	context: IExecuteFunctions,
	itemIndex: number,
	run: () => Promise<Result>,
): Promise<Result> {
	return await run().catch(async (error: Error) => {
		await sendFailure(context, itemIndex, error);
		return await Promise.reject(error);
	});
}

async function sendFailure(
	context: IExecuteFunctions,
	itemIndex: number,
	error: Error,
): Promise<void> {
	if (!isStreamWanted(context, itemIndex)) return;
	const stream = WebhookStream.open(context, itemIndex);
	if (stream === undefined) return;
	if (context.continueOnFail()) await stream.fail(error.message);
	else if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		const { message, description } = error;
		error.description = [message, description].filter(Boolean).join('\n\n');
	}
}

/**
 * Returns the option 'Stream to Response'. An invalid value, or an expression that fails,
 * does not hide the error.
 */
function isStreamWanted(context: IExecuteFunctions, itemIndex: number): boolean {
	try {
		const value = context.getNodeParameter('options.streamToResponse', itemIndex, true);
		const parsed = parseBoolean(value);
		return !parsed.ok || parsed.value;
	} catch {
		return true;
	}
}

/**
 * Returns whether the execution streams its response. Its items are then processed one at a time. A node
 * that an agent uses as a tool does not stream: the client would receive the tool's text within the
 * agent's answer.
 */
export function isStreaming(context: IExecuteFunctions): boolean {
	return 'isStreaming' in context && context.isStreaming() && !isTool(context);
}

/** n8n appends "Tool" to the type of a node that an agent uses as a tool. */
function isTool(context: IExecuteFunctions): boolean {
	return context.getNode().type.endsWith('Tool');
}
