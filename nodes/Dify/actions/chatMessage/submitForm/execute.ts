import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { DifyError } from '../../../../../protocol/errors/classify';
import { parseFormFields } from '../../../../../protocol/humanInputForm';
import { ask } from '../../../transport/ask';
import { Connection } from '../../../transport/connection';
import { formPath } from '../../../transport/paths';
import { readId, readText, readUser } from '../../read';
import { readInputs } from '../readInputs';
import { Live } from '../run/live';
import { toOutcome } from '../run/outcome';
import { readRun } from '../run/run';
import type { RunOptions } from '../run/settings';
import { RUN_OPTION_DEFAULTS, settingsOf } from '../run/settings';

/**
 * Fills in the form of a paused chatflow and gives what its run comes to as one item (contract,
 * section 6; Dify 1.14). The run's events are asked for before the form is sent: Dify tells only whoever
 * reads along.
 *
 * @throws {NodeOperationError} for a parameter that cannot be sent, and after a cancel
 * @throws {NodeApiError} for a form that Dify does not take, and for a run that did not come to its end
 */
export async function execute(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const token = readText(context, itemIndex, 'form', 'Form Token').trim();
	const source = 'the workflow_run_id of the paused item';
	const workflowRunId = readId(context, itemIndex, 'workflowRunId', 'Workflow Run ID', source);
	const user = readUser(context, itemIndex);
	const action = readText(context, itemIndex, 'action', 'Action').trim();
	const given = readInputs(context, itemIndex, "an object of the form's fields");
	const simplify = context.getNodeParameter('simplify', itemIndex) === true;
	const options: RunOptions = {
		...RUN_OPTION_DEFAULTS,
		...(context.getNodeParameter('options', itemIndex, {}) as Partial<RunOptions>),
	};
	const connection = await Connection.open(context, itemIndex);
	const path = formPath(token);
	const form = await ask(context, connection, itemIndex, { method: 'GET', path });
	const inputs = { ...presetsOf(form), ...given };
	const live = options.streamToResponse ? Live.open(context, itemIndex) : undefined;
	await live?.begin();

	const submit = async (): Promise<DifyError | undefined> => {
		const body = { inputs: inputs as IDataObject, action, user };
		const answer = await connection.json({ method: 'POST', path, body });
		return answer.ok ? undefined : answer.failure;
	};
	const run = await readRun(
		connection,
		{ method: 'GET', path: `/workflow/${workflowRunId}/events`, qs: { user } },
		{ ...settingsOf(context, options, live), isResumed: true, begin: submit },
	);
	const json = await toOutcome(context, connection, run, {
		itemIndex,
		user,
		live,
		simplify,
		options,
		workflowRunId,
	});
	return { json, pairedItem: { item: itemIndex } };
}

/** What stands in the form's fields when it is shown: Dify itself fills in none that is left out. */
function presetsOf(form: IDataObject): Record<string, unknown> {
	const filled = parseFormFields(form).filter((field) => 'value' in field);
	return Object.fromEntries(filled.map(({ name, value }) => [name, value]));
}
