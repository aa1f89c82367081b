/** Wordings that are ruled out, each with the better one. */
export const rules: readonly (readonly [RegExp, string])[]
/** What a file says in such words, one message each; `file` decides how the text is read. */
export function problemsIn(file: string, text: string): readonly string[]
