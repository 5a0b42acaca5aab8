import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { readMaxConcurrency } from '../chat/options';
import { isStreaming } from '../chat/webhookStream';
import { mapInOrder } from '../helpers/concurrency';
import * as app from './app';
import * as audio from './audio';
import * as chatMessage from './chatMessage';
import * as conversation from './conversation';
import * as file from './file';

/** Runs an operation for one input item. Returns one item, or several items for a list. */
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

/**
 * Runs the chosen operation for each input item and returns the results in the order of the items.
 *
 * @param continuesOnFail whether an item that fails becomes an item with its error
 */
export async function router(
	this: IExecuteFunctions,
	continuesOnFail: boolean,
): Promise<INodeExecutionData[][]> {
	// n8n removes an operation that the chosen resource does not have.
	const resource = this.getNodeParameter('resource', 0, '');
	const operation = this.getNodeParameter('operation', 0, '');
	const execute = findOperation(resource, operation);
	if (execute === undefined) {
		throw new NodeOperationError(
			this.getNode(),
			`The resource '${resource}' has no operation '${operation}'`,
		);
	}
	const runForItem = async (
		_: INodeExecutionData,
		itemIndex: number,
	): Promise<INodeExecutionData | INodeExecutionData[]> => {
		try {
			return await execute(this, itemIndex);
		} catch (error) {
			if (continuesOnFail) return toErrorItem(this, error, itemIndex);
			throw isNodeError(error)
				? error
				: new NodeOperationError(this.getNode(), error as Error, { itemIndex });
		}
	};
	// If the execution streams its response, the answers of several items would mix.
	const maxConcurrency = isStreaming(this) ? 1 : readMaxConcurrency(this);
	const results = await mapInOrder(this.getInputData(), maxConcurrency, runForItem);
	return [results.flat()];
}

/** Every object has properties such as `constructor`, which are not operations. */
function findOperation(resource: string, operation: string): Operation | undefined {
	const operations = Object.hasOwn(OPERATIONS, resource) ? OPERATIONS[resource] : undefined;
	if (operations === undefined || !Object.hasOwn(operations, operation)) return undefined;
	return operations[operation];
}

/**
 * Returns the item that "Continue (on Fail)" outputs: the error's message,
 * Dify's code and the partial result.
 */
function toErrorItem(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
): INodeExecutionData {
	const reason = error instanceof Error ? error : new Error(String(error));
	const details = error instanceof NodeApiError ? (error.context.data as IDataObject) : {};
	const item: INodeExecutionData = {
		json: { ...details, error: reason.message },
		pairedItem: { item: itemIndex },
	};
	if (context.getNode().onError === 'continueErrorOutput') {
		// n8n sends an item with an `error` to the error output, and then replaces its JSON if the property is
		// still there. n8n copies items on the way, which drops a property that is not enumerable.
		Object.defineProperty(item, 'error', {
			value: isNodeError(reason)
				? reason
				: new NodeOperationError(context.getNode(), reason, { itemIndex }),
			enumerable: false,
			writable: true,
			configurable: true,
		});
	}
	return item;
}

function isNodeError(error: unknown): error is NodeApiError | NodeOperationError {
	return error instanceof NodeApiError || error instanceof NodeOperationError;
}
