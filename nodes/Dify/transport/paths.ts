/** Where the form of this token is read and sent. */
export function formPath(token: string): string {
	return `/form/human_input/${encodeURIComponent(token)}`;
}
