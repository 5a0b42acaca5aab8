import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';
import { toText } from '../actions/read';
import { ask } from '../transport/ask';
import { Connection } from '../transport/connection';
import { refuse } from '../transport/errors';
import { formPath } from '../transport/paths';

/** The form that 'Form Token' names. @throws {NodeOperationError} where only a run could tell the token */
export async function readForm(context: ILoadOptionsFunctions): Promise<IDataObject> {
	const token = toText(context.getCurrentNodeParameter('form')).trim();
	if (token === '' || token.startsWith('=')) {
		refuse(
			context,
			"'Form Token' is no fixed value yet",
			'Put one in to load the form, or give the fields as JSON and the action by its ID.',
			0,
		);
	}
	const connection = await Connection.open(context);
	return await ask(context, connection, 0, { method: 'GET', path: formPath(token) });
}
