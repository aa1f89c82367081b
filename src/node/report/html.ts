/** Text that is HTML already; everything else is escaped when it is put into a template. */
export interface Html {
  readonly html: string
}

type Part = Html | string | number | readonly Html[]

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character]!)

const render = (part: Part): string => {
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  return 'html' in part ? part.html : part.map(({ html }) => html).join('')
}

/** A template whose values are escaped unless they are Html. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: strings.reduce((text, piece, index) => text + render(parts[index - 1]!) + piece),
})

export const nothing: Html = { html: '' }
