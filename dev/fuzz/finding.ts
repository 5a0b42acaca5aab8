/** Something that must not happen, whatever a server sends. */
export interface Finding {
	target: string;
	round: number;
	kind:
		| 'raw error'
		| 'hang'
		| 'wrong success'
		| 'key leak'
		| 'repeated message'
		| 'unhandled rejection';
	message: string;
	/** The recording and its changes, or the place of a raw error. */
	input: string;
}
