/**
 * Text without control characters, but for newline and tab: what a server sends must not move the
 * cursor, rename the window or erase what is on the screen. What such a sequence leaves is shown.
 * Characters that turn the text after them around are removed too: they make it look like another text.
 */
export function printable(text: string): string {
  return text.replace(controls, '')
}

/** Does the same for a text on one line, such as a name or an address. Direction marks are removed too. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').replace(directionMarks, '')).trim()
}

/** Escapes the same characters in JSON, so that it keeps its meaning. JSON itself escapes only some. */
export function printableJson(json: string): string {
  return json.replace(controls, escape).replace(directionMarks, escape)
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

// apps/browser-chat/src/clean-text.ts has the same characters that change the direction of text. Apps cannot
// import each other, so a change here belongs there too.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
const directionMarks = /[\u061c\u200e\u200f]/g
