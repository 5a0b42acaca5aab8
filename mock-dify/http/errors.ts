/** An error response with Dify's status, code and message. */
export class HttpError extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly headers: Record<string, string> = {},
	) {
		super(message);
	}
}

/** Creates a 400 `invalid_param` error. */
export function invalidParam(message: string): HttpError {
	return new HttpError(400, 'invalid_param', message);
}

/** Creates a 404 error. `routeHint` is the text that flask-restx adds for similar routes. */
export function notFound(message: string, routeHint = ''): HttpError {
	return new HttpError(404, 'not_found', `${message}${routeHint}`);
}

/** Creates the 500 error that an unexpected exception in Dify causes. */
export function internalError(): HttpError {
	return new HttpError(500, 'unknown', 'Internal Server Error');
}

export const CHAT_MESSAGES_ROUTE_HINT =
	' You have requested this URI [/v1/chat-messages] but did you mean /v1/chat-messages or /api/chat-messages or /v1/chat-messages/<string:task_id>/stop ?';
export const MESSAGES_ROUTE_HINT =
	' You have requested this URI [/v1/messages] but did you mean /v1/messages or /v1/chat-messages or /api/messages ?';
export const CONVERSATIONS_ROUTE_HINT =
	' You have requested this URI [/v1/conversations] but did you mean /v1/conversations or /v1/conversations/<uuid:c_id>/variables/<uuid:variable_id> or /api/conversations ?';

/** A validation error of pydantic, which Dify uses to check requests. */
export interface PydanticIssue {
	/** The pydantic model, such as `ChatRequestPayload`. */
	model: string;
	/** The field with the invalid value. Omit it if the error concerns the whole model. */
	field?: string;
	/** Pydantic's text up to the error type, such as `Field required [type=missing`. */
	issue: string;
	/** The invalid value. */
	input: unknown;
}

/** Creates the error that Dify returns for a request that pydantic rejects. */
export function pydanticError({ model, field, issue, input }: PydanticIssue): HttpError {
	const type = Array.isArray(input)
		? 'list'
		: input === null
			? 'NoneType'
			: PYTHON_TYPES[typeof input];
	const value = input === undefined ? 'None' : JSON.stringify(input);
	return invalidParam(
		`1 validation error for ${model}\n${field === undefined ? '' : `${field}\n`}  ${issue}, input_value=${value}, input_type=${type ?? 'NoneType'}]\n    For further information visit https://errors.pydantic.dev/2.12/v/error`,
	);
}

const PYTHON_TYPES: Readonly<Record<string, string>> = {
	string: 'str',
	number: 'int',
	boolean: 'bool',
	object: 'dict',
};

/** Flask's page for a path without a route. */
export const NOT_FOUND_PAGE =
	'<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n';
