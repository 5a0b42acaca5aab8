import type { IExecuteFunctions } from 'n8n-workflow';

/** The answer on its way to whoever waits at a streaming webhook or chat. */
export class Live {
	/** Why n8n could pass no more on. The answer is still collected: it was asked for, and billed. */
	brokenBy: string | undefined;

	private constructor(
		private readonly context: IExecuteFunctions,
		private readonly itemIndex: number,
	) {}

	/** @returns `undefined` where this execution streams to nobody, or n8n is too old to stream */
	static open(context: IExecuteFunctions, itemIndex: number): Live | undefined {
		return isStreaming(context) ? new Live(context, itemIndex) : undefined;
	}

	async begin(): Promise<void> {
		await this.send('begin');
	}

	async text(piece: string): Promise<void> {
		if (piece !== '') await this.send('item', piece);
	}

	async end(): Promise<void> {
		await this.send('end');
	}

	async failed(message: string): Promise<void> {
		await this.send('error', message);
	}

	private async send(type: 'begin' | 'item' | 'end' | 'error', content?: string): Promise<void> {
		if (this.brokenBy !== undefined) return;
		try {
			await this.context.sendChunk(type, this.itemIndex, content);
		} catch (error) {
			this.brokenBy = error instanceof Error ? error.message : String(error);
		}
	}
}

/**
 * Whether this execution streams: its items then run one after another. A tool's answer is the
 * agent's to read; its words among the agent's own would be noise to whoever waits.
 */
export function isStreaming(context: IExecuteFunctions): boolean {
	return 'isStreaming' in context && context.isStreaming() && !isTool(context);
}

/** n8n names the node that it makes of one with `usableAsTool` so. */
function isTool(context: IExecuteFunctions): boolean {
	return context.getNode().type.endsWith('Tool');
}
