import type { FastifyRequest } from 'fastify';
import { HttpError, internalError } from './errors';

/**
 * Formats JSON like Python's `json.dumps` with its defaults: `", "` and `": "` as separators, and
 * every non-ASCII character escaped.
 */
export function toPythonJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(toPythonJson).join(', ')}]`;
	if (typeof value === 'object' && value !== null) {
		const entries = Object.entries(value).filter(([, field]) => field !== undefined);
		return `{${entries.map(([key, field]) => `${toPythonJson(key)}: ${toPythonJson(field)}`).join(', ')}}`;
	}
	return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapeCodeUnit);
}

/** Formats JSON like flask-restx since Dify 1.13: compact, with `/` escaped. */
export function toCompactJson(value: unknown): string {
	return JSON.stringify(value)
		.replace(/\//g, '\\/')
		.replace(/[\u0080-\uffff]/g, escapeCodeUnit);
}

function escapeCodeUnit(unit: string): string {
	return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Parses a request body that must be a JSON object.
 *
 * @throws {HttpError} 415 for another content type, 400 for invalid JSON, 500 for JSON that is not an
 * object, as Dify does (docs/dify-api.md#request-checks)
 */
export function parseJsonBody(request: FastifyRequest): Record<string, unknown> {
	if (!/^application\/(?:.*\+)?json/i.test(request.headers['content-type'] ?? '')) {
		throw new HttpError(
			415,
			'unsupported_media_type',
			"Did not attempt to load JSON data because the request Content-Type was not 'application/json'.",
		);
	}
	let body: unknown;
	try {
		body = JSON.parse(String(request.body));
	} catch {
		throw new HttpError(
			400,
			'bad_request',
			'The browser (or proxy) sent a request that this server could not understand.',
		);
	}
	if (typeof body !== 'object' || body === null || Array.isArray(body)) throw internalError();
	return body as Record<string, unknown>;
}
