/** Why one image cannot be used, worded to follow its name; the thread continues with the others. */
export class UnreadableImage extends Error {}
