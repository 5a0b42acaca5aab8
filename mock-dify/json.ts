/**
 * JSON as Python's `json.dumps` writes it by default: `", "` and `": "`, everything beyond ASCII
 * escaped (contract, section 1).
 */
export function pythonJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
	if (typeof value === 'object' && value !== null) {
		const entries = Object.entries(value).filter(([, field]) => field !== undefined);
		return `{${entries.map(([key, field]) => `${pythonJson(key)}: ${pythonJson(field)}`).join(', ')}}`;
	}
	return JSON.stringify(value).replace(
		/[\u007f-\uffff]/g,
		(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}

/** JSON as flask-restx writes it since Dify 1.13: compact, `/` escaped. */
export function compactJson(value: unknown): string {
	return JSON.stringify(value)
		.replace(/\//g, '\\/')
		.replace(
			/[\u0080-\uffff]/g,
			(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
		);
}
