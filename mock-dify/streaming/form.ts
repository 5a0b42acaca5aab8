import { randomBytes, randomUUID } from 'node:crypto';
import type { FormDefinition } from '../humanForm';
import { HumanForm } from '../humanForm';
import { unixSeconds } from '../store';
import type { Play } from './play';

const THREE_DAYS_S = 3 * 24 * 60 * 60;

/** Makes the form that a paused run waits for, as recorded unless its script has another (x08). */
export function openForm(play: Play): FormDefinition {
	const definition: FormDefinition = {
		form_id: randomUUID(),
		node_id: 'human',
		node_title: 'Approve',
		form_content: 'Please approve: {{#$output.comment#}}',
		inputs: [
			{
				output_variable_name: 'comment',
				type: 'paragraph',
				default: { type: 'constant', selector: [], value: 'fine' },
			},
		],
		actions: [
			{ id: 'approve', title: 'Approve' },
			{ id: 'reject', title: 'Reject' },
		].map((action) => ({ ...action, button_style: 'default' })),
		form_token: randomBytes(11).toString('hex'),
		resolved_default_values: {},
		expiration_time: unixSeconds() + THREE_DAYS_S,
		...play.run.script?.form,
	};
	play.store.forms.set(definition.form_token, new HumanForm(play, definition));
	return definition;
}
