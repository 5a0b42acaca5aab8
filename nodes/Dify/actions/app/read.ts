import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { ask } from '../../transport/ask';
import { Connection } from '../../transport/connection';
import { pick } from '../read';

/**
 * What the app says of itself under a path, as an item: all of it, or `simpleFields` where 'Simplify' is on.
 *
 * @throws {NodeApiError} for what Dify refuses
 */
export async function readApp(
	context: IExecuteFunctions,
	itemIndex: number,
	path: string,
	simpleFields?: readonly string[],
): Promise<INodeExecutionData> {
	const connection = await Connection.open(context, itemIndex);
	const body = await ask(context, connection, itemIndex, { method: 'GET', path });
	const isSimple =
		simpleFields !== undefined && context.getNodeParameter('simplify', itemIndex) === true;
	return { json: isSimple ? pick(body, simpleFields) : body, pairedItem: { item: itemIndex } };
}
