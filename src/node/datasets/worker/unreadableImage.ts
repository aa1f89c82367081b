/** Why one image cannot be used, in words that follow its name; the thread goes on with the others. */
export class UnreadableImage extends Error {}
