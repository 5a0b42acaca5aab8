import type { ErrorRule } from './errorRule';
import { anyOf, hasCode, messageMatches } from './errorRule';

/** Errors about files and audio. */
export const FILE_RULES: readonly ErrorRule[] = [
	{
		kind: 'file_invalid',
		matches: messageMatches(/^Invalid upload file|^File validation failed/),
		hint: "Upload the file with the same 'User' as the message and with an API key of the same app. Check that the app accepts files of this type.",
	},
	{
		kind: 'too_many_files',
		matches: messageMatches(
			/Number of .{0,40}files exceeds the maximum limit|must be less than \d{1,9} files/,
		),
		hint: "Send fewer files, or raise the limit in the app's settings in Dify.",
	},
	{
		kind: 'file_unreachable',
		matches: messageMatches(/^Reached maximum retries \(\d+\) for URL/),
		hint: "Dify's server could not download the file. Use a URL that Dify can reach, or upload the file from a binary field.",
	},
	{
		kind: 'file_type',
		matches: hasCode('unsupported_file_type'),
		hint: 'Set the MIME type of the binary field, and check that Dify accepts files of this type.',
	},
	{
		kind: 'file_name',
		matches: messageMatches(/^Filename contains invalid characters/),
		hint: "Rename the file of the binary field. Dify does not accept '/' or '\\' in a file name.",
	},
	{
		kind: 'file_not_found',
		matches: hasCode('file_not_found'),
		hint: 'Dify returns only files that were sent with a message of the same app. Send the file with a message first, and use the API key of that app.',
	},
	{
		kind: 'file_denied',
		matches: hasCode('file_access_denied'),
		hint: 'The file belongs to another app. Use the API key of that app.',
	},
	{
		kind: 'transcription_disabled',
		matches: anyOf(
			hasCode('speech_to_text_disabled'),
			messageMatches(/^Speech to text is not enabled/),
		),
		hint: "Enable 'Speech to Text' in the app's features in Dify, and publish the app.",
	},
	{
		kind: 'speech_disabled',
		matches: messageMatches(/^TTS is not enabled/),
		message: () => 'Text to speech is not enabled',
		hint: "Enable 'Text to Speech' in the app's features in Dify, and publish the app.",
	},
	{
		kind: 'audio_too_large',
		matches: hasCode('audio_too_large'),
		message: ({ message }) => message || 'The audio is larger than Dify accepts',
		hint: 'Dify accepts up to 30 MB of audio. Send a shorter recording, or use a format that compresses better.',
	},
	{
		kind: 'audio_type',
		matches: hasCode('unsupported_audio_type'),
		hint: 'Dify accepts MP3, M4A, WAV, AMR and MPGA. Convert the audio, or set the MIME type of the binary field.',
	},
	{
		kind: 'no_audio_model',
		matches: hasCode('provider_not_support_speech_to_text', 'provider_not_support_text_to_speech'),
		hint: "Choose a model for this in Dify under 'Settings > Model Provider > System Model Settings'.",
	},
];
