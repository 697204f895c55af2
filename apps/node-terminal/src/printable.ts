/**
 * Text without control characters, but for newline and tab: what a server sends must not move the
 * cursor, rename the window or erase what is on the screen. What such a sequence leaves is shown.
 */
export function printable(text: string): string {
  return text.replace(controls, '')
}

/** The same for what has to fit on one line. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ')).trim()
}

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
