import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readUser } from '../ask';
import { notFound, pydantic } from '../failures';
import type { HumanForm } from '../humanForm';
import { pythonJson } from '../json';
import { playResumed } from '../streaming/resumed';
import type { Server } from '../server';
import { authorize, jsonBody, sendRestx } from '../server';

type OfForm = { Params: { token: string } };

/** The form that a paused run waits for (contract, section 6; recordings, x08). */
export function forms(fastify: FastifyInstance, server: Server): void {
	const path = '/v1/form/human_input/:token';
	const find = (request: FastifyRequest<OfForm>): HumanForm => {
		const app = authorize(server, request);
		const form = server.store.forms.get(request.params.token);
		if (form === undefined || form.play.app !== app) throw notFound('Form not found.');
		return form;
	};

	fastify.get<OfForm>(path, async (request, reply) => {
		const form = find(request);
		form.checkActive();
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
			.send(Buffer.from(pythonJson(body)));
	});

	fastify.post<OfForm>(path, async (request, reply) => {
		authorize(server, request);
		const body = jsonBody(request);
		readUser(body);
		const { inputs, action } = body;
		const refuse = (field: string, complaint: string, input: unknown): never => {
			throw pydantic('HumanInputFormSubmitPayload', field, complaint, input);
		};
		if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
			return refuse('inputs', 'Input should be a valid dictionary [type=dict_type', inputs);
		}
		if (typeof action !== 'string') {
			return refuse('action', 'Input should be a valid string [type=string_type', action);
		}
		const form = find(request);
		const submission = { action, inputs: inputs as Record<string, unknown> };
		form.submit(submission);
		void playResumed(form, submission);
		return sendRestx(server, reply, 200, {});
	});
}
