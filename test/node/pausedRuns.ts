import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Scenario } from '../../mock-dify';
import type { World } from './harness';
import { byId, itemOf } from './harness';

export const APP = 'flow-plain';

/** A run that waits for a person, as the item of the message that began it. */
export async function pausedItem(
	world: World,
	resumed?: Scenario,
	form?: IDataObject,
): Promise<IDataObject> {
	world.dify.enqueue(APP, {
		script: { text: 'A draft. ', workflowStatus: 'paused', ...(form && { form }) },
		...(resumed && { resumed }),
	});
	return itemOf(await world.send(APP));
}

/** The parameters of an item that is such a run. */
export const FILLED: INodeParameters = {
	form: '={{ $json.human_input[0].form_token }}',
	workflowRunId: '={{ $json.workflow_run_id }}',
	action: byId('approve'),
	inputsMode: 'json',
	inputsJson: '{"comment":"go"}',
};
