/** Texts that must not be printed anywhere. Each one is unique. */
export const marks = {
  /** The option `apiKey`. */
  key: 'vq_7h3K9x2LmQ4tZ8sDn5',
  /** In `headers`, of the client or of a call. */
  credential: 'c9Wy1Zt5Hn6Rb3KpGx7',
  prompt: 'p4Vd2Nc8Rk4Jt6Lw0Bz',
  /** In an answer, wherever a server can put it. */
  payload: 'a5Xe6Fj3Hp9Qm1Uy8Sd',
  /** In errors of the program's own code that pages must not see. */
  own: 'o8Qb1Ts7Gw2Mf4Ck6Vr',
} as const

export type Mark = keyof typeof marks

/** A part of a key this long is a leak too. */
const longestPart = 8

/** Returns the marks in a text, in any case and in the usual encodings. Parts of keys count too. */
export function marksIn(text: string): Mark[] {
  const low = text.toLowerCase()
  return (Object.keys(marks) as Mark[]).filter((mark) => {
    const value = marks[mark]
    const isKey = mark === 'key' || mark === 'credential'
    const parts = isKey ? partsOf(value.toLowerCase()) : [value.toLowerCase()]
    return parts.some((part) => low.includes(part)) || text.includes(btoa(value).slice(0, 20))
  })
}

function partsOf(value: string): string[] {
  return Array.from({ length: value.length - longestPart + 1 }, (_, at) =>
    value.slice(at, at + longestPart),
  )
}
