import type { ErrorRule } from './errorRule';
import { hasCode, says } from './match';

const FILE_HINT =
	"Upload the file under the same 'User' as the message, with a key of the same app, and check that the app takes files of its type.";

/** What Dify says of files and audio. */
export const FILE_RULES: readonly ErrorRule[] = [
	{
		kind: 'file_invalid',
		when: says(/^Invalid upload file|^File validation failed/),
		hint: FILE_HINT,
	},
	{
		kind: 'too_many_files',
		when: says(/Number of .*files exceeds the maximum limit|must be less than \d+ files/),
		hint: 'Send fewer files, or raise the limit in the app.',
	},
	{
		kind: 'file_unreachable',
		when: says(/^Reached maximum retries \(\d+\) for URL/),
		hint: 'Dify itself must reach the URL of the file. Upload the file instead, from a binary field.',
	},
	{
		kind: 'file_type',
		when: hasCode('unsupported_file_type'),
		hint: 'Set the MIME type of the binary field, and check that Dify takes files of its kind.',
	},
	{
		kind: 'file_name',
		when: says(/^Filename contains invalid characters/),
		hint: "Dify takes no '/' and no '\\' in a file's name: rename the file of the binary field.",
	},
	{
		kind: 'file_not_found',
		when: hasCode('file_not_found'),
		hint: "Dify gives out files that were sent with a message of this very app: send it with a message first, and use that same app's key.",
	},
	{
		kind: 'file_denied',
		when: hasCode('file_access_denied'),
		hint: "The file belongs to another app: use that app's key.",
	},
	{
		kind: 'transcription_disabled',
		when: (facts) =>
			hasCode('speech_to_text_disabled')(facts) || says(/^Speech to text is not enabled/)(facts),
		hint: "Switch 'Speech to Text' on among the app's features in Dify, and publish the app.",
	},
	{
		kind: 'speech_disabled',
		when: says(/^TTS is not enabled/),
		message: () => 'Text to speech is not enabled',
		hint: "Switch 'Text to Speech' on among the app's features in Dify, and publish the app.",
	},
	{
		kind: 'audio_too_large',
		when: hasCode('audio_too_large'),
		message: ({ message }) => message || 'The audio is larger than Dify takes',
		hint: 'Dify takes 30 MB of audio: send less at a time, or in a format that is smaller.',
	},
	{
		kind: 'audio_type',
		when: hasCode('unsupported_audio_type'),
		hint: 'Dify takes MP3, M4A, WAV, AMR and MPGA: convert the audio, or set the MIME type of the binary field.',
	},
	{
		kind: 'no_audio_model',
		when: hasCode('provider_not_support_speech_to_text', 'provider_not_support_text_to_speech'),
		hint: "Choose a model for it in Dify, under 'Settings > Model Provider > System Model Settings'.",
	},
];
