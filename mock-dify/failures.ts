/** A refusal as Dify words it. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly headers: Record<string, string> = {},
	) {
		super(message);
	}
}

export const invalid = (message: string): Refusal => new Refusal(400, 'invalid_param', message);

/** flask-restx adds its guess at the route to a 404 of a known path. */
export const notFound = (message: string, help = ''): Refusal =>
	new Refusal(404, 'not_found', `${message}${help}`);

export const CHAT_HELP =
	' You have requested this URI [/v1/chat-messages] but did you mean /v1/chat-messages or /api/chat-messages or /v1/chat-messages/<string:task_id>/stop ?';
export const MESSAGES_HELP =
	' You have requested this URI [/v1/messages] but did you mean /v1/messages or /v1/chat-messages or /api/messages ?';

/** A pydantic complaint about one field, or about the whole where `field` is empty. */
export function pydantic(model: string, field: string, complaint: string, input: unknown): Refusal {
	const type = Array.isArray(input)
		? 'list'
		: input === null
			? 'NoneType'
			: PYTHON_TYPES[typeof input];
	const shown = input === undefined ? 'None' : JSON.stringify(input);
	return invalid(
		`1 validation error for ${model}\n${field === '' ? '' : `${field}\n`}  ${complaint}, input_value=${shown}, input_type=${type ?? 'NoneType'}]\n    For further information visit https://errors.pydantic.dev/2.12/v/error`,
	);
}

const PYTHON_TYPES: Readonly<Record<string, string>> = {
	string: 'str',
	number: 'int',
	boolean: 'bool',
	object: 'dict',
};

export const NOT_FOUND_PAGE =
	'<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n';
