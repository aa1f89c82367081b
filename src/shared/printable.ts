/** Control characters, those that reverse the direction of a text, and halves of characters: they change what a terminal or a dialog shows. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** Whether a text is shown as it is. */
export const isPrintable = (text: string): boolean => text.search(unprintable) < 0

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A text in which such characters are visible, as JSON writes them; line breaks stay. */
export const printable = (text: string): string =>
  text.replace(unprintable, (character) => (character === '\n' ? character : escaped(character)))

/** The same in one line. */
export const printableLine = (text: string): string => text.replace(unprintable, escaped)

/** A text of at most so many characters; of a longer one, the beginning. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`
