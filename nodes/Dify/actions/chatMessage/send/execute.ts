import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { takesFiles } from '../../../../../protocol/parameters';
import type { ChatRequest } from '../../../../../protocol/request';
import { chatBody } from '../../../../../protocol/request';
import type { RunResult } from '../../../../../protocol/result';
import { Connection } from '../../../transport/connection';
import { throwFailure } from '../../../transport/errors';
import { AppParameters } from '../../appParameters';
import { FileSender } from './files';
import { resolveInputs } from './inputs';
import { toItem } from './item';
import { Live } from './live';
import type { SendParameters } from './parameters';
import { readParameters } from './parameters';
import { recover } from './recover';
import type { Run } from './run';
import { runChatMessage } from './run';
import { explainSilence } from './silence';
import { stopTask } from './stop';

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

	const run = await runChatMessage(connection, chatBody(request), {
		idleMs: options.idleTimeout * 1000,
		totalMs: options.maxDuration * 1000,
		cancelSignal: context.getExecutionCancelSignal(),
		includeEvents: options.includeEvents,
		separateReasoning: options.separateReasoning,
		onText: live === undefined ? undefined : async (text) => await live.text(text),
		explainSilence: async () =>
			await explainSilence(connection, app, { ...parameters, inputs: request.inputs }),
	});
	const { task_id, answer: arrived } = run.result;
	if (task_id !== undefined && (run.endedBy === 'cancelled' || run.endedBy === 'total')) {
		await stopTask(connection, task_id, user);
	}
	if (run.endedBy === 'cancelled') {
		throw new NodeOperationError(context.getNode(), 'The execution was cancelled', { itemIndex });
	}

	// A blocking answer, or one that only the workflow's outputs hold: nobody has read it yet.
	if (!run.wasPassedOn && arrived !== '') await live?.text(arrived);
	const recovered = await readBack(context, connection, run, parameters);
	if (recovered !== undefined) {
		await live?.text(recovered.answer.slice(arrived.length));
		run.result = recovered;
	}
	const item = toItem(run, {
		simplify: parameters.simplify,
		includeEvents: options.includeEvents,
		recovered: recovered !== undefined,
	});
	if (run.failure !== undefined && recovered === undefined) {
		await live?.failed(connection.redact(run.failure.message));
		const { status } = run.result;
		const partial: IDataObject = run.timing.events > 0 ? { ...item, status } : { status };
		return throwFailure(context, connection, run.failure, { itemIndex, partial });
	}
	await live?.end();
	if (run.badFrames > 0) {
		hint(
			context,
			`${run.badFrames} line(s) of Dify's stream were no events, or too long, and were left out`,
			itemIndex,
		);
	}
	if (parameters.files.length > 0) {
		const about = await app.read();
		if (about !== undefined && !takesFiles(about)) {
			hint(
				context,
				"The app takes no files with a message: Dify left them out. Switch on 'File Upload' in the app",
				itemIndex,
			);
		}
	}
	if (live?.brokenBy !== undefined) {
		hint(context, `The answer could not be passed on live to its end: ${live.brokenBy}`, itemIndex);
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

/** The whole answer of a run whose reading was cut short, where Dify has it. */
async function readBack(
	context: IExecuteFunctions,
	connection: Connection,
	run: Run,
	{ user, options }: SendParameters,
): Promise<RunResult | undefined> {
	// A run over its limit was stopped: there is no more of it.
	if (!run.wasCut || run.endedBy === 'total' || !options.recover) return undefined;
	return await recover(connection, run, {
		user,
		limitMs: (options.idleTimeout === 0 ? 300 : options.idleTimeout) * 1000,
		separateReasoning: options.separateReasoning,
		cancelSignal: context.getExecutionCancelSignal(),
	});
}

/** Something to know of an item that came out well. */
function hint(context: IExecuteFunctions, message: string, itemIndex: number): void {
	// Since n8n 1.81; before, there is no place to say it.
	if (!('addExecutionHints' in context)) return;
	context.addExecutionHints({ message: `${message} [item ${itemIndex}]`, location: 'outputPane' });
}
