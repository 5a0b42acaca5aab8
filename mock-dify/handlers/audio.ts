import type { FastifyInstance } from 'fastify';
import { invalid, Refusal } from '../failures';
import { readMultipart } from '../multipart';
import type { Server } from '../server';
import { authorize, jsonBody, sendRestx } from '../server';
import type { App } from '../store';

const TYPES = ['mp3', 'm4a', 'wav', 'amr', 'mpga'].map((name) => `audio/${name}`);
const LARGEST = 30 * 1024 * 1024;

/** Speech to text and text to speech (contract, section 6; recordings, h20, h21). */
export function audio(fastify: FastifyInstance, server: Server): void {
	fastify.post('/v1/audio-to-text', async (request, reply) => {
		const { speechToText } = authorize(server, request);
		const { files } = await readMultipart(server, request);
		const file = files.find(({ fieldname }) => fieldname === 'file');
		if (file === undefined) {
			throw new Refusal(
				400,
				'bad_request_key_error',
				'The browser (or proxy) sent a request that this server could not understand.',
			);
		}
		if (speechToText === undefined) throw invalid('Speech to text is not enabled');
		if (!TYPES.includes(file.mimeType)) {
			throw new Refusal(415, 'unsupported_audio_type', 'Audio type not allowed.');
		}
		if (file.size > LARGEST) {
			throw new Refusal(413, 'audio_too_large', 'Audio size larger than 30 mb');
		}
		return sendRestx(server, reply, 200, { text: speechToText });
	});

	fastify.post('/v1/text-to-audio', async (request, reply) => {
		const app = authorize(server, request);
		const body = jsonBody(request);
		const { voice } = body;
		if (app.textToSpeech === undefined) throw invalid('TTS is not enabled');
		const text = textOf(server, app, body);
		// Dify has nothing to say of a message that it does not know, or that has no answer.
		if (text === undefined) return sendRestx(server, reply, 200, null);
		if (text === '') throw invalid('Text is required');
		const spoken = `ID3 ${String(voice ?? app.textToSpeech.voice)}: ${text}`;
		return await reply.header('Content-Type', 'audio/mpeg').send(Buffer.from(spoken));
	});
}

/** What is to be said; `undefined` when it is a message's answer, and there is none. */
function textOf(
	{ store }: Server,
	app: App,
	{ message_id: id, text = '', user = 'DEFAULT-USER' }: Record<string, unknown>,
): string | undefined {
	if (id === undefined || id === null) return String(text);
	return store.findMessage(String(id), app, String(user))?.answer || undefined;
}
