import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import * as app from './app';
import * as audio from './audio';
import * as chatMessage from './chatMessage';
import { isStreaming } from './chatMessage/run/live';
import * as conversation from './conversation';
import * as file from './file';
import { mapInOrder } from './mapInOrder';

/** What every operation is: one item in, its result out, which is several items of a list. */
type Operation = (
	context: IExecuteFunctions,
	itemIndex: number,
) => Promise<INodeExecutionData | INodeExecutionData[]>;

const OPERATIONS: Readonly<Record<string, Record<string, Operation>>> = {
	app: app.operations,
	audio: audio.operations,
	chatMessage: chatMessage.operations,
	conversation: conversation.operations,
	file: file.operations,
};

/** Runs the chosen operation for each item, in the items' order. */
export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const resource = this.getNodeParameter('resource', 0);
	const operation = this.getNodeParameter('operation', 0);
	const execute = OPERATIONS[resource]?.[operation];
	if (execute === undefined) {
		throw new NodeOperationError(
			this.getNode(),
			`There is no operation '${operation}' of '${resource}'`,
		);
	}
	const atOnce = isStreaming(this)
		? 1
		: Number(this.getNodeParameter('options.maxConcurrency', 0, 1));
	const runOne = async (
		_: INodeExecutionData,
		itemIndex: number,
	): Promise<INodeExecutionData | INodeExecutionData[]> => {
		try {
			return await execute(this, itemIndex);
		} catch (error) {
			if (this.continueOnFail()) return toErrorItem(this, error, itemIndex);
			throw error instanceof NodeApiError || error instanceof NodeOperationError
				? error
				: new NodeOperationError(this.getNode(), error as Error, { itemIndex });
		}
	};
	const results = await mapInOrder(this.getInputData(), Math.max(1, atOnce), runOne);
	return [results.flat()];
}

/** What "Continue (on Fail)" makes of an item: the reason, Dify's code, and what had arrived. */
function toErrorItem(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
): INodeExecutionData {
	const reason = error instanceof Error ? error : new Error(String(error));
	const arrived = error instanceof NodeApiError ? (error.context.data as IDataObject) : {};
	const item: INodeExecutionData = {
		json: { ...arrived, error: reason.message },
		pairedItem: { item: itemIndex },
	};
	if (context.getNode().onError === 'continueErrorOutput') {
		// n8n sends an item to the error output for its `error`, and then writes that over the whole
		// json of an item that still has one. As it copies items on the way, one that does not list is gone.
		Object.defineProperty(item, 'error', {
			value:
				reason instanceof NodeOperationError || reason instanceof NodeApiError
					? reason
					: new NodeOperationError(context.getNode(), reason, { itemIndex }),
			enumerable: false,
			writable: true,
			configurable: true,
		});
	}
	return item;
}
