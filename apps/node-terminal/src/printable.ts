/**
 * Returns a text without control characters, except newline and tab. So no server can move the cursor,
 * rename the window or erase the screen. The other characters of an escape sequence are shown. Characters
 * that turn the text after them around are removed too, because they make a text look like another one.
 */
export function printable(text: string): string {
  return text.replace(controls, '')
}

/** Returns a text in one line, such as a name or an address. Direction marks are removed too. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').replace(directionMarks, '')).trim()
}

/** Escapes the same characters in JSON, which keeps its meaning. `JSON.stringify` escapes only some of them. */
export function printableJson(json: string): string {
  return json.replace(controls, escape).replace(directionMarks, escape)
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

// apps/browser-chat/src/clean-text.ts has the same characters that change the direction of text. Apps cannot
// import each other, so a change here belongs there too.
// oxlint-disable-next-line no-control-regex -- the expression finds them
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
const directionMarks = /[\u061c\u200e\u200f]/g
