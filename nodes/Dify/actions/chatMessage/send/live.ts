import type { IExecuteFunctions } from 'n8n-workflow';

/** The answer on its way to whoever waits at a streaming webhook or chat. */
export interface Live {
	begin(): Promise<void>;
	text(piece: string): Promise<void>;
	end(): Promise<void>;
	failed(message: string): Promise<void>;
}

/** @returns `undefined` where this execution streams to nobody, or n8n is too old to stream */
export function openLive(context: IExecuteFunctions, itemIndex: number): Live | undefined {
	if (!isStreaming(context)) return undefined;
	return {
		begin: async () => await context.sendChunk('begin', itemIndex),
		text: async (piece) => await context.sendChunk('item', itemIndex, piece),
		end: async () => await context.sendChunk('end', itemIndex),
		failed: async (message) => await context.sendChunk('error', itemIndex, message),
	};
}

/** Whether this execution streams: its items then run one after another. */
export function isStreaming(context: IExecuteFunctions): boolean {
	return 'isStreaming' in context && context.isStreaming();
}
