import type { IExecuteFunctions } from 'n8n-workflow';
import { refuse } from '../transport/errors';

/** A binary field's file, its bytes read in whichever way n8n keeps them. */
export interface BinaryFile {
	bytes: Buffer;
	name: string;
	mimeType: string;
}

/** Whether the item has a binary field of this name. */
export function hasBinary(context: IExecuteFunctions, itemIndex: number, field: string): boolean {
	return Object.hasOwn(context.getInputData()[itemIndex]?.binary ?? {}, field);
}

/** The item's binary fields, as a sentence names them. */
export function binaryNames(context: IExecuteFunctions, itemIndex: number): string {
	const names = Object.keys(context.getInputData()[itemIndex]?.binary ?? {});
	return names.length > 0 ? names.map((name) => `'${name}'`).join(', ') : 'none';
}

/** @throws {NodeOperationError} for a field that the item does not have, naming those it has */
export async function readBinary(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<BinaryFile> {
	if (!hasBinary(context, itemIndex, field)) {
		const advice = `Its binary fields are: ${binaryNames(context, itemIndex)}.`;
		return refuse(context, `The item has no binary field '${field}'`, advice, itemIndex);
	}
	const { fileName, fileExtension, mimeType } = context.helpers.assertBinaryData(itemIndex, field);
	return {
		bytes: await context.helpers.getBinaryDataBuffer(itemIndex, field),
		name: fileName ?? [field, fileExtension].filter(Boolean).join('.'),
		mimeType,
	};
}

/**
 * The multipart body that Dify takes files in: one part named `file`, and the user.
 *
 * @returns a FormData, which n8n's helper sends as it is; its type knows only the npm package's
 */
export function toForm({ bytes, name, mimeType }: BinaryFile, user: string): never {
	const form = new FormData();
	form.append('file', new Blob([new Uint8Array(bytes)], { type: mimeType }), name);
	form.append('user', user);
	return form as never;
}
