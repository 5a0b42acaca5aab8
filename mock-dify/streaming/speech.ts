import type { EventWriter } from './eventWriter';

/** The end of a sentence, at which Dify splits the text. */
const SENTENCE_ENDS = /[.!?\u3002\uff01\uff1f]/g;
/** Dify converts at most this many sentences together. */
const MAX_SENTENCES = 7;

/**
 * Sends the answer as speech in `tts_message` events while its text is streamed. Dify converts the first
 * 2 sentences, then the next 3, and so on. See docs/dify-api.md#event-order.
 */
export class Speech {
	private text = '';
	private minSentences = 2;

	constructor(
		private readonly writer: EventWriter,
		private readonly voice: string,
	) {}

	/** Adds text. Sends speech if the text has enough sentences. */
	async push(text: string): Promise<void> {
		this.text += text;
		const sentences = this.text.match(SENTENCE_ENDS)?.length ?? 0;
		if (sentences < Math.min(this.minSentences, MAX_SENTENCES)) return;
		this.minSentences++;
		await this.writer.response.flush();
		await this.emitAudio();
	}

	/** Sends the speech of the remaining text and the end of the speech. */
	async end(): Promise<void> {
		if (this.text !== '') await this.emitAudio();
		await this.writer.emit({ event: 'tts_message_end', audio: '' });
	}

	private async emitAudio(): Promise<void> {
		const audio = createSpeech(this.voice, this.text);
		this.text = '';
		// Dify sends the audio in several events.
		const middle = Math.ceil(audio.length / 2);
		for (const part of [audio.subarray(0, middle), audio.subarray(middle)])
			await this.writer.emit({ event: 'tts_message', audio: part.toString('base64') });
	}
}

/** Returns bytes that stand for an MP3 file with this text. */
export function createSpeech(voice: string, text: string): Buffer {
	return Buffer.from(`ID3 ${voice}: ${text}`);
}
