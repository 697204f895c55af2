/**
 * Text without control characters, but for newline and tab: what a server sends must not move the
 * cursor, rename the window or erase what is on the screen. What such a sequence leaves is shown.
 * Characters that turn the text behind them around go as well: they make it look like another.
 */
export function printable(text: string): string {
  return text.replace(controls, '')
}

/** The same for what has to fit on one line; a name or an address has no use for any direction. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').replace(directionMarks, '')).trim()
}

// The page in apps/browser-chat leaves out the same: direction.ts.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
const directionMarks = /[\u061c\u200e\u200f]/g
