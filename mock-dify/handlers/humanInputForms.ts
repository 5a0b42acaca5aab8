import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError, notFound, pydanticError } from '../http/errors';
import { parseJsonBody, toPythonJson } from '../http/json';
import { parseUser } from '../http/validation';
import type { FormInput, FormSubmission, HumanInputForm } from '../model';
import type { ServerContext } from '../server';
import { authorize, sendRestx } from '../server';
import { unixSeconds } from '../store';
import { resumeRun } from '../streaming/resume';
import { createRunContext } from '../streaming/runContext';
import type { WorkflowRun } from '../workflowRun';

type FormRoute = { Params: { token: string } };

/** Registers the routes that read and submit a form. See docs/dify-api.md#human-input. */
export function registerHumanInputFormRoutes(http: FastifyInstance, server: ServerContext): void {
	const path = '/v1/form/human_input/:token';

	http.get<FormRoute>(path, async (request, reply) => {
		const { form } = findForm(request);
		assertFormIsOpen(form);
		const { form_content, inputs, resolved_default_values, actions, expiration_time } =
			form.definition;
		const body = {
			form_content,
			inputs,
			resolved_default_values,
			user_actions: actions,
			expiration_time,
		};
		return await reply
			.header('Content-Type', 'application/json')
			.send(Buffer.from(toPythonJson(body)));
	});

	http.post<FormRoute>(path, async (request, reply) => {
		authorize(server, request);
		const submission = parseSubmission(parseJsonBody(request));
		const { form, run } = findForm(request);
		assertFormIsOpen(form);
		validateSubmission(form, submission);
		form.isSubmitted = true;
		void resumeRun(createRunContext(server, run), form.definition, submission);
		return sendRestx(server, reply, 200, {});
	});

	function findForm(request: FastifyRequest<FormRoute>): {
		form: HumanInputForm;
		run: WorkflowRun;
	} {
		const app = authorize(server, request);
		const form = server.store.forms.get(request.params.token);
		const run = form && server.store.runs.get(form.runId);
		if (form === undefined || run?.app !== app) throw notFound('Form not found.');
		return { form, run };
	}
}

/** @throws {HttpError} 400 if `user`, `inputs` or `action` is missing or has the wrong type */
function parseSubmission(body: Record<string, unknown>): FormSubmission {
	parseUser(body);
	const { inputs, action } = body;
	const model = 'HumanInputFormSubmitPayload';
	if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
		const issue = 'Input should be a valid dictionary [type=dict_type';
		throw pydanticError({ model, field: 'inputs', issue, input: inputs });
	}
	if (typeof action !== 'string') {
		const issue = 'Input should be a valid string [type=string_type';
		throw pydanticError({ model, field: 'action', issue, input: action });
	}
	return { action, inputs: inputs as Record<string, unknown> };
}

/** @throws {HttpError} 412 if the form was submitted before or has expired */
function assertFormIsOpen({ isSubmitted, definition }: HumanInputForm): void {
	const { form_id: id, expiration_time: expiresAt } = definition;
	if (isSubmitted) {
		const message = `This form has already been submitted by another user, form_id=${id}`;
		throw new HttpError(412, 'human_input_form_submitted', message);
	}
	if (expiresAt <= unixSeconds()) {
		const message = `This form has expired, form_id=${id}`;
		throw new HttpError(412, 'human_input_form_expired', message);
	}
}

/** @throws {HttpError} 400 if the form has no such action, or an input is missing or invalid */
function validateSubmission(
	{ definition }: HumanInputForm,
	{ action, inputs }: FormSubmission,
): void {
	if (!definition.actions.some(({ id }) => id === action)) {
		throw new HttpError(400, 'invalid_form_data', `Invalid action: ${action}`);
	}
	for (const input of definition.inputs) {
		const { output_variable_name: name } = input;
		if (!Object.hasOwn(inputs, name)) continue;
		const reason = findInvalidReason(input, inputs[name]);
		if (reason !== undefined) {
			const message = `Invalid value for ${input.type} input '${name}': ${reason}`;
			throw new HttpError(400, 'invalid_form_data', message);
		}
	}
	const missing = definition.inputs
		.map(({ output_variable_name: name }) => name)
		.filter((name) => !Object.hasOwn(inputs, name));
	if (missing.length > 0) {
		const message = `Missing required inputs: ${missing.join(', ')}`;
		throw new HttpError(400, 'invalid_form_data', message);
	}
}

/** Returns why Dify rejects the value of a form's field. `undefined` if the value is valid. */
function findInvalidReason(
	{ type, option_source: options }: FormInput,
	value: unknown,
): string | undefined {
	switch (type) {
		case 'select':
			return options?.value.includes(String(value)) === false ? String(value) : undefined;
		case 'file':
			return isMapping(value) ? undefined : 'expected mapping';
		case 'file-list':
			if (!Array.isArray(value)) return 'expected list';
			return value.every(isMapping) ? undefined : 'expected mapping';
		default:
			return undefined;
	}
}

function isMapping(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
