/** The values of the choices that the list of conversations of 'Send Chat Message' begins with. */
export const NEW_CONVERSATION = 'new';
export const LATEST_CONVERSATION = 'latest';
