import { Refusal } from './failures';
import type { Play } from './streaming/play';
import { unixSeconds } from './store';

/** What a person made of a form. */
export interface Submission {
	action: string;
	inputs: Record<string, unknown>;
}

interface Action {
	id: string;
	title: string;
}

/** A form that a paused run waits for, as the events show it (contract, 4.2). */
export interface FormDefinition {
	form_id: string;
	node_id: string;
	node_title: string;
	form_content: string;
	inputs: Array<{ output_variable_name: string; [key: string]: unknown }>;
	actions: Action[];
	form_token: string;
	resolved_default_values: Record<string, string>;
	expiration_time: number;
}

export class HumanForm {
	private isSubmitted = false;

	constructor(
		/** The run that waits for it. */
		readonly play: Play,
		readonly definition: FormDefinition,
	) {}

	/** @throws {Refusal} 412 for a form that is no longer to be filled in */
	checkActive(): void {
		const { form_id: id, expiration_time: until } = this.definition;
		if (this.isSubmitted) {
			const message = `This form has already been submitted by another user, form_id=${id}`;
			throw new Refusal(412, 'human_input_form_submitted', message);
		}
		if (until <= unixSeconds()) {
			const message = `This form has expired, form_id=${id}`;
			throw new Refusal(412, 'human_input_form_expired', message);
		}
	}

	/** @throws {Refusal} 412 as {@link checkActive}, 400 for what the form does not take */
	submit({ action, inputs: given }: Submission): void {
		this.checkActive();
		const { actions, inputs } = this.definition;
		if (!actions.some(({ id }) => id === action)) {
			throw new Refusal(400, 'invalid_form_data', `Invalid action: ${action}`);
		}
		const missing = inputs
			.map(({ output_variable_name: name }) => name)
			.filter((name) => !Object.hasOwn(given, name));
		if (missing.length > 0) {
			const message = `Missing required inputs: ${missing.join(', ')}`;
			throw new Refusal(400, 'invalid_form_data', message);
		}
		this.isSubmitted = true;
	}
}
