import type { FastifyInstance } from 'fastify';
import { noUploadOf } from '../apps';
import { Refusal } from '../failures';
import type { Server } from '../server';
import { authorize, sendRestx } from '../server';

/** What an app says of itself (contract, section 6; recordings, h01 to h04). */
export function app(fastify: FastifyInstance, server: Server): void {
	fastify.get('/v1/info', async (request, reply) => {
		const { name, mode } = authorize(server, request);
		const description = `stub app ${name}`;
		return sendRestx(server, reply, 200, {
			name,
			description,
			tags: [],
			mode,
			author_name: 'admin',
		});
	});

	fastify.get('/v1/parameters', async (request, reply) => {
		const app = authorize(server, request);
		const { inputs = [], mode, fileUpload = noUploadOf(mode), suggestedQuestions } = app;
		return sendRestx(server, reply, 200, {
			opening_statement: '',
			suggested_questions: [],
			suggested_questions_after_answer: { enabled: suggestedQuestions !== undefined },
			speech_to_text: { enabled: app.speechToText !== undefined },
			text_to_speech: {
				enabled: app.textToSpeech !== undefined,
				...(app.textToSpeech ?? { language: '', voice: '' }),
			},
			retriever_resource: { enabled: true },
			annotation_reply: { enabled: false },
			more_like_this: { enabled: false },
			user_input_form: inputs,
			sensitive_word_avoidance: { enabled: false },
			file_upload: fileUpload,
			system_parameters: {
				image_file_size_limit: 10,
				video_file_size_limit: 100,
				audio_file_size_limit: 50,
				file_size_limit: 15,
				workflow_file_upload_limit: 10,
			},
		});
	});

	fastify.get('/v1/meta', async (request, reply) => {
		const { toolIcons = {} } = authorize(server, request);
		return sendRestx(server, reply, 200, { tool_icons: toolIcons });
	});

	fastify.get('/v1/site', async (request, reply) => {
		const { name, withoutSite } = authorize(server, request);
		if (withoutSite === true) throw new Refusal(403, 'forbidden', FORBIDDEN);
		return sendRestx(server, reply, 200, {
			title: name,
			chat_color_theme: null,
			chat_color_theme_inverted: false,
			icon_type: 'emoji',
			icon: '🤖',
			icon_background: '#FFEAD5',
			description: null,
			copyright: null,
			privacy_policy: null,
			custom_disclaimer: '',
			default_language: 'en-US',
			show_workflow_steps: true,
			use_icon_as_answer_icon: false,
			icon_url: null,
		});
	});
}

/** werkzeug's own words. */
const FORBIDDEN =
	"You don't have the permission to access the requested resource. It is either read-protected or not readable by the server.";
