/** Pixels of ordinary text, for which sizes in pixels are made. */
const ordinaryText = 14

export const rootFontSize = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize)

/** How much larger than ordinary the text is that a person chose, here or in the browser. */
export const textScale = (): number => rootFontSize() / ordinaryText
