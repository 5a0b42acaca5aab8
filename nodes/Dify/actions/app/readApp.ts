import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { ParameterReader, pick } from '../../helpers/parameters';
import { DifyClient } from '../../transport/DifyClient';
import { simplify } from '../common.descriptions';

interface AppRequest {
	path: string;
	/** The fields that 'Simplify' keeps; absent for an operation without that parameter. */
	simpleFields?: readonly string[];
}

/**
 * Returns what Dify reports about the app as an item.
 *
 * @throws {NodeOperationError} if 'Simplify' is invalid
 * @throws {NodeApiError} for an error of Dify or of the connection
 */
export async function readApp(
	context: IExecuteFunctions,
	itemIndex: number,
	{ path, simpleFields }: AppRequest,
): Promise<INodeExecutionData> {
	const parameters = new ParameterReader(context, itemIndex, [simplify]);
	const isSimplified = simpleFields !== undefined && parameters.readBoolean('simplify');
	const client = await DifyClient.forItem(context, itemIndex);
	const body = await client.getJson(path);
	return {
		json: isSimplified ? pick(body, simpleFields) : body,
		pairedItem: { item: itemIndex },
	};
}
