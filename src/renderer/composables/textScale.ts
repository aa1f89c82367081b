/** The normal text size in pixels, which pixel sizes are designed for. */
const ordinaryText = 14

export const rootFontSize = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize)

/** The text size chosen here or in the browser, relative to normal. */
export const textScale = (): number => rootFontSize() / ordinaryText
