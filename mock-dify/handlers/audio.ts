import type { FastifyInstance } from 'fastify';
import { HttpError, invalidParam } from '../http/errors';
import { parseJsonBody } from '../http/json';
import { readMultipart } from '../http/multipart';
import type { App } from '../model';
import type { ServerContext } from '../server';
import { authorize, sendRestx } from '../server';
import { createSpeech } from '../streaming/speech';

const AUDIO_TYPES = ['mp3', 'm4a', 'wav', 'amr', 'mpga'].map((name) => `audio/${name}`);
const MAX_AUDIO_BYTES = 30 * 1024 * 1024;

/** Registers POST /audio-to-text and POST /text-to-audio. See docs/dify-api.md#endpoints. */
export function registerAudioRoutes(http: FastifyInstance, server: ServerContext): void {
	http.post('/v1/audio-to-text', async (request, reply) => {
		const { speechToText } = authorize(server, request);
		const { files } = await readMultipart(server, request);
		const file = files.find(({ fieldname }) => fieldname === 'file');
		if (file === undefined) {
			throw new HttpError(
				400,
				'bad_request_key_error',
				'The browser (or proxy) sent a request that this server could not understand.',
			);
		}
		if (speechToText === undefined) throw createDisabledError(server);
		if (!AUDIO_TYPES.includes(file.mimeType)) {
			throw new HttpError(415, 'unsupported_audio_type', 'Audio type not allowed.');
		}
		if (file.size > MAX_AUDIO_BYTES) {
			throw new HttpError(413, 'audio_too_large', 'Audio size larger than 30 mb');
		}
		return sendRestx(server, reply, 200, { text: speechToText });
	});

	http.post('/v1/text-to-audio', async (request, reply) => {
		const app = authorize(server, request);
		const body = parseJsonBody(request);
		const { voice } = body;
		if (app.textToSpeech === undefined) throw invalidParam('TTS is not enabled');
		const text = getText(server, app, body);
		// Dify returns `null` if the message is unknown or has no answer.
		if (text === undefined) return sendRestx(server, reply, 200, null);
		if (text === '') throw invalidParam('Text is required');
		const audio = createSpeech(String(voice ?? app.textToSpeech.voice), text);
		return await reply.header('Content-Type', 'audio/mpeg').send(audio);
	});
}

function createDisabledError({ profile }: ServerContext): HttpError {
	return profile.hasFieldsOf116
		? new HttpError(400, 'speech_to_text_disabled', 'Speech to text is disabled.')
		: invalidParam('Speech to text is not enabled');
}

/** Returns the text to convert: `text`, or the answer of a message. `undefined` if it has no answer. */
function getText(
	{ store }: ServerContext,
	app: App,
	{ message_id: id, text = '', user = 'DEFAULT-USER' }: Record<string, unknown>,
): string | undefined {
	if (id === undefined || id === null) return String(text);
	return store.findMessage(String(id), app, String(user))?.answer || undefined;
}
