import type { FastifyInstance } from 'fastify';
import { disabledFileUpload } from '../apps';
import { HttpError } from '../http/errors';
import type { ServerContext } from '../server';
import { authorize, sendRestx } from '../server';

/** Registers GET /info, /parameters, /meta and /site. See docs/dify-api.md#endpoints. */
export function registerAppInfoRoutes(http: FastifyInstance, server: ServerContext): void {
	http.get('/v1/info', async (request, reply) => {
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

	http.get('/v1/parameters', async (request, reply) => {
		const app = authorize(server, request);
		const { inputs = [], mode, fileUpload = disabledFileUpload(mode), suggestedQuestions } = app;
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
			sensitive_word_avoidance: {
				enabled: false,
				...(server.profile.hasFieldsOf116 && mode !== 'advanced-chat' && mode !== 'workflow'
					? { type: '', config: {} }
					: {}),
			},
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

	http.get('/v1/meta', async (request, reply) => {
		const { toolIcons = {} } = authorize(server, request);
		return sendRestx(server, reply, 200, { tool_icons: toolIcons });
	});

	http.get('/v1/site', async (request, reply) => {
		const { name, withoutSite } = authorize(server, request);
		if (withoutSite === true) throw new HttpError(403, 'forbidden', FORBIDDEN_MESSAGE);
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
			...(server.profile.hasFieldsOf116 && { input_placeholder: null }),
			custom_disclaimer: '',
			default_language: 'en-US',
			show_workflow_steps: true,
			use_icon_as_answer_icon: false,
			icon_url: null,
		});
	});
}

/** Werkzeug's default message of a 403 response. */
const FORBIDDEN_MESSAGE =
	"You don't have the permission to access the requested resource. It is either read-protected or not readable by the server.";
