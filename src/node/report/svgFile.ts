import type { Html } from './html'

/** Colours and letters of a chart outside a page: light, for a white background. */
const style = `
text { fill: #1c2024; font: 12px system-ui, sans-serif; } .tick, .label { fill: #5c6670; } .mark { font-size: 11.5px; }
.grid { stroke: #d9dee3; } .axis { stroke: #5c6670; }
`

/** A chart as an SVG file. */
export const svgFile = ({ html }: Html): string =>
  `${html.replace('<svg ', `<svg xmlns="http://www.w3.org/2000/svg" `).replace(/(<svg [^>]*>)/, `$1<style>${style}</style><rect width="100%" height="100%" fill="#ffffff"/>`)}\n`
