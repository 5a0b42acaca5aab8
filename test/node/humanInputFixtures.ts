import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { ExecutionRequest, ExecutionResult } from '../../dev/n8n-engine';
import type { Scenario } from '../../mock-dify';
import type { TestBed } from './testBed';
import { getItem, toLocator } from './testBed';

/** The app whose runs pause. */
export const CHATFLOW = 'flow-plain';

export interface PausedRunOptions {
	/** The part of the run after the form was submitted. */
	resumed?: Scenario;
	/** Fields of the form that differ from the mock server's default form. */
	form?: IDataObject;
}

/** Sends a message whose run pauses for human input, and returns the item of the paused run. */
export async function pauseRun(
	testBed: TestBed,
	{ resumed, form }: PausedRunOptions = {},
): Promise<IDataObject> {
	testBed.dify.enqueue(CHATFLOW, {
		script: { text: 'A draft. ', workflowStatus: 'paused', ...(form && { form }) },
		...(resumed && { resumed }),
	});
	return getItem(await testBed.send(CHATFLOW));
}

/** Parameters that submit the form of an item which {@link pauseRun} returned. */
export const FORM_PARAMETERS: INodeParameters = {
	form: '={{ $json.human_input[0].form_token }}',
	workflowRunId: '={{ $json.workflow_run_id }}',
	action: toLocator('approve'),
	inputsMode: 'json',
	inputsJson: '{"comment":"go"}',
};

/** Executes Submit Form on the request's items. */
export async function submitForm(
	testBed: TestBed,
	request: Partial<ExecutionRequest>,
	parameters = FORM_PARAMETERS,
): Promise<ExecutionResult> {
	return await testBed.run(
		{ app: CHATFLOW, resource: 'chatMessage', operation: 'submitForm', parameters },
		request,
	);
}
