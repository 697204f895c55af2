import { styleText } from 'node:util'

/** Adds colors to a text, if the stream, NO_COLOR and FORCE_COLOR allow them. */
export type Style = (format: Parameters<typeof styleText>[0], text: string) => string

/** Creates the style for text that goes to this stream. */
export function createStyle(stream: NodeJS.WriteStream): Style {
  return (format, text) => styleText(format, text, { stream })
}
