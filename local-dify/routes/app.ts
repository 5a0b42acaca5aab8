import type { FastifyInstance } from 'fastify';
import { noUploadOf } from '../apps';
import type { Server } from '../server';
import { authorize, sendRestx } from '../server';

/** GET /info and GET /parameters (contract, section 6; recordings, h01, h02). */
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
		const { inputs = [], mode, fileUpload = noUploadOf(mode) } = authorize(server, request);
		return sendRestx(server, reply, 200, {
			opening_statement: '',
			suggested_questions: [],
			suggested_questions_after_answer: { enabled: false },
			speech_to_text: { enabled: false },
			text_to_speech: { enabled: false, language: '', voice: '' },
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
}
