import { isRecord, toId, toNumber, toText } from '../text';

/** The fields of an error object of Dify, a gateway or a model server. */
export interface ErrorFields {
	code?: string;
	status?: number;
	/** Empty if the object contains no text. */
	message: string;
}

/**
 * Returns the fields of an error object. Dify has used three shapes: `{code, message, status}`,
 * `{errors, message}` (1.8 to 1.10) and `{code, message, params}` (before 1.8), see
 * docs/dify-api.md#error-bodies. Gateways and model servers use `{error: …}` and `{detail: …}`.
 */
export function readErrorFields(body: Record<string, unknown>): ErrorFields {
	const nested = isRecord(body.error)
		? readErrorFields({ ...body.error, error: undefined })
		: undefined;
	const code = toCode(body.code) ?? nested?.code;
	const status = toStatus(body.status) ?? nested?.status;
	const parts = [toText(body.message)];
	if (isRecord(body.errors)) {
		for (const [name, text] of Object.entries(body.errors)) parts.push(`${name}: ${toText(text)}`);
	}
	if (typeof body.params === 'string') parts.push(`(${body.params})`);
	const own = parts.filter((part) => part !== '').join(' ');
	const other = nested === undefined ? toText(body.error) : nested.message || toText(body.error);
	return {
		...(code !== undefined && { code }),
		...(status !== undefined && { status }),
		message: own || other || toText(body.detail),
	};
}

/**
 * Returns whether an object is certainly an error object: it has an error,
 * or a message with a code or an error status.
 */
export function isErrorObject(body: Record<string, unknown>): boolean {
	const { code, status, error, errors, answer } = body;
	if (answer !== undefined) return false;
	if (isRecord(errors) || isRecord(error) || toId(error) !== undefined) return true;
	const hasErrorStatus = (toStatus(status) ?? 0) >= 400;
	return body.message !== undefined && (toId(code) !== undefined || hasErrorStatus);
}

/** Returns an error code as text, `undefined` if there is none. */
export function toCode(code: unknown): string | undefined {
	return typeof code === 'number' ? String(code) : toId(code);
}

/** Returns an HTTP status, `undefined` if the value is not one. */
export function toStatus(status: unknown): number | undefined {
	return toNumber(typeof status === 'string' && /^\d{3}$/.test(status) ? Number(status) : status);
}
