import { styleText } from 'node:util'

/** Adds colours, or does not, as the stream and NO_COLOR and FORCE_COLOR have it. */
export type Style = (format: Parameters<typeof styleText>[0], text: string) => string

/** Styles for what is written to this stream. */
export function createStyle(stream: NodeJS.WriteStream): Style {
  return (format, text) => styleText(format, text, { stream })
}
