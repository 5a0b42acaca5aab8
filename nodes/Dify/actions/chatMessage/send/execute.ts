import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { acceptsFiles } from '../../../../../protocol/appParameters';
import type { ChatRequest } from '../../../../../protocol/request';
import { buildChatBody } from '../../../../../protocol/request';
import { Connection } from '../../../transport/connection';
import { AppParameters } from '../../appParameters';
import { hint } from '../run/hint';
import { Live } from '../run/live';
import { toOutcome } from '../run/outcome';
import { readRun } from '../run/run';
import { settingsOf } from '../run/settings';
import { FileSender } from './files';
import { resolveInputs } from './inputs';
import type { SendParameters } from './parameters';
import { readParameters } from './parameters';
import { explainSilence } from './silence';

/**
 * Sends one item's message and gives its answer as one item.
 *
 * @throws {NodeOperationError} for a parameter that cannot be sent, and after a cancel
 * @throws {NodeApiError} for a run that did not come to its end, with what had arrived of it
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const parameters = readParameters(context, itemIndex);
	const { options, user } = parameters;
	const connection = await Connection.open(context, itemIndex);
	const app = new AppParameters(connection, user);
	const request = await prepare(context, connection, app, parameters, itemIndex);
	const live = options.streamToResponse ? Live.open(context, itemIndex) : undefined;
	await live?.begin();

	const run = await readRun(
		connection,
		{ method: 'POST', path: '/chat-messages', body: buildChatBody(request) },
		{
			...settingsOf(context, options, live),
			explainSilence: async () =>
				await explainSilence(connection, app, { ...parameters, inputs: request.inputs }),
		},
	);
	const { simplify } = parameters;
	const item = await toOutcome(context, connection, run, {
		itemIndex,
		user,
		live,
		simplify,
		options,
	});
	if (parameters.files.length > 0) {
		const about = await app.read();
		if (about !== undefined && !acceptsFiles(about)) {
			hint(
				context,
				"The app takes no files with a message: Dify left them out. Switch on 'File Upload' in the app",
				itemIndex,
			);
		}
	}
	return { json: item, pairedItem: { item: itemIndex } };
}

/** Uploads what must be uploaded and puts the request together. */
async function prepare(
	context: IExecuteFunctions,
	connection: Connection,
	app: AppParameters,
	parameters: SendParameters,
	itemIndex: number,
): Promise<ChatRequest> {
	const { query, user, responseMode, conversationId, options } = parameters;
	const sender = new FileSender(context, connection, app, itemIndex, user);
	const files = [];
	for (const [row, file] of parameters.files.entries()) {
		files.push(await sender.fromParameter(file, row));
	}
	return {
		query,
		user,
		responseMode,
		inputs: await resolveInputs(app, sender, parameters.inputs),
		conversationId,
		files,
		autoGenerateName: options.autoGenerateName,
		traceId: options.traceId,
		workflowId: options.workflowId,
	};
}
