import type { IExecuteFunctions } from 'n8n-workflow';

/** Something to know of an item that came out well. */
export function hint(context: IExecuteFunctions, message: string, itemIndex: number): void {
	// Since n8n 1.81; before, there is no place to say it.
	if (!('addExecutionHints' in context)) return;
	context.addExecutionHints({ message: `${message} [item ${itemIndex}]`, location: 'outputPane' });
}
