import type { Random } from '../random.ts'

const encoder = new TextEncoder()
const utf8 = (text: string): Uint8Array => encoder.encode(text)
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/** JSON strings of every length around the limits of the fast paths, and strings that look like other parts. */
const contents = [
  ['', 'a', ' NVDA rose', 'é', '漢字', '𝄞', '[DONE]', 'type', 'content', 'error', 'done'],
  ['a"b', 'a\\b', '\\', '"', '\n', '\r\n\r\n', '\n\ndata: x\n\n', '\t\b\f/', '\u0000', '\uD800'],
  ['\u2028', '\uFEFF', '~', '"}', '"}\n\n', 'x'.repeat(255), 'y'.repeat(256), 'é'.repeat(200)],
]
  .flat()
  .map((text) => JSON.stringify(text))
const oddStrings = ['"\\u0061"', '"\\/"', '"\\uD834\\uDD1E"', '"a\tb"', '"\\q"', '"open', '"\\"']

const texts: ((content: string) => string)[] = [
  (content) => `{"type":"text","content":${content}}`,
  (content) => `{"type":"text","content":${content}}`,
  (content) => `{"type":"text","content":${content}}`,
  (content) => `{"type": "text", "content": ${content}}`,
  (content) => `{"content":${content},"type":"text"}`,
  (content) => `{"content": ${content}, "type": "text"}`,
  (content) => `{"type":"text","content":${content},"more":${content}}`,
  (content) => `{"type":"text","type":"text","content":${content}}`,
  (content) => `{"type":"text","content":"q","content":${content}}`,
  (content) => `{"content":${content},"type":"text","content":${content}}`,
  (content) => `{"type":"text","content":${content},"type":"citation"}`,
  (content) => `{"\\u0074ype":"text","content":${content}}`,
  (content) => `{"type":"text","content":${content}} `,
  (content) => `{"type":"text","content":${content}}}`,
  (content) => `{"type":"text","content":[${content}]}`,
]
const others: ((content: string) => string)[] = [
  (content) => `{"type":"citation","source":${content},"url":"https://e/"}`,
  (content) => `{"type":"citation","content":${content},"source":"s"}`,
  (content) => `{"type":"metadata","model":${content},"content":"own"}`,
  (content) => `{"type":"new","data":${content}}`,
  (content) => `{"type":${content},"source":"s","url":"u"}`,
  (content) => `{"__proto__":${content},"type":"metadata"}`,
  (content) => `[${content}]`,
  (content) => content,
  () => '1',
  () => 'null',
  () => '{',
  () => '{}',
  () => '',
  () => ' ',
  () => '12:30',
]
const endings = [
  '[DONE]',
  '[DONE]',
  '[DONE] ',
  '{"type":"done"}',
  '{"type":"done","usage":{"promptTokens":1,"completion_tokens":2}}',
  '{"type":"done","content":1,"usage":7}',
]
const errors = [
  '{"error":{"type":"rate_limit_error","message":"m"}}',
  '{"error":{"type":"stream_interrupted"}}',
  '{"type":"error","error":{"type":"server_error","message":"m"}}',
  '{"type":"error","message":"m"}',
  '{"error":"not_found","message":"m"}',
  '{"error":"not_found"}',
  '{"error_code":"token_quota_exceeded","message":"m"}',
  '{"error_code":""}',
  '{"type":"text","content":"a","error":{"type":"bad_gateway"}}',
  '{"type":"text","content":"a","type":"error"}',
  '{"error":{"type":"new_error"},"type":null}',
]
const names = ['message', 'error', 'ping', 'Error', 'text', '', 'a\0b', 'é', '__proto__']
const ids = ['', '7', '8', 'é', 'a b', '\0', ' 9', 'ab\0']
const retries = ['0', '5', '007', '-1', '1e3', '٣', '', ' 5', '9'.repeat(20), '9'.repeat(400)]
const comments = ['', ' heartbeat', '  two spaces', 'data: x', '\0', ':']
const lineEnds = ['\n', '\r', '\r\n']

/** Pieces that can be joined in any order, whatever they mean. */
const noise: readonly Uint8Array[] = [
  ['\n', '\n\n', '\r', '\r\n', '\r\n\r\n', ' ', ':', ': ', '\0', '0', '5', 'x', '{', '"', '}'],
  ['data', 'data:', 'data: ', 'event:', 'event: ', 'id:', 'id: ', 'id', 'retry:', 'retry: '],
  ['event', 'dat', 'datas:', 'Data:', ' data:', '[DONE]', 'é', '漢', '𝄞', '\uFEFF', '\u{EF}'],
  ['data: {"type":"text","content":"a"}\n\n', 'data: {"type":"text","content":"', '"}\n\n'],
]
  .flat()
  .map(utf8)
const brokenBytes = [
  bytes(0xff),
  bytes(0x80),
  bytes(0xc3),
  bytes(0xe2, 0x82),
  bytes(0xf0, 0x9f, 0x98),
  bytes(0xed, 0xa0, 0x80),
  bytes(0xc0, 0xaf),
  bytes(0xf4, 0x90, 0x80, 0x80),
  bytes(0xef, 0xbb),
  bytes(0xef, 0xbb, 0xbf),
]
const byteOrderMark = bytes(0xef, 0xbb, 0xbf)

/** Returns the bytes of one stream, more often an answer of the protocol than noise. */
export function randomStream(random: Random): Uint8Array {
  const pieces: Uint8Array[] = []
  if (random.chance(0.04)) pieces.push(byteOrderMark)
  if (random.chance(0.25)) addNoise(pieces, random)
  else addAnswer(pieces, random)
  const whole = Buffer.concat(pieces)
  return random.chance(0.25) ? mutated(whole, random) : whole
}

function addNoise(pieces: Uint8Array[], random: Random): void {
  for (let left = random.below(40); left > 0; left -= 1) {
    pieces.push(random.pick(random.chance(0.08) ? brokenBytes : noise))
  }
}

function addAnswer(pieces: Uint8Array[], random: Random): void {
  const lineEnd = random.chance(0.75) ? '\n' : random.pick(lineEnds)
  // A server writes all its events in the same style.
  const shape = random.pick(texts)
  for (let left = random.below(8); left > 0; left -= 1) {
    const end = random.chance(0.05) ? random.pick(lineEnds) : lineEnd
    const piece = utf8(block(shape, end, random))
    const times = random.chance(0.02) ? 2 + random.below(20) : 1
    for (let time = 0; time < times; time += 1) pieces.push(piece)
  }
  if (random.chance(0.6)) pieces.push(utf8(`data: ${random.pick(endings)}${lineEnd}${lineEnd}`))
  if (random.chance(0.1)) pieces.push(utf8(block(shape, lineEnd, random)))
}

function block(shape: (content: string) => string, end: string, random: Random): string {
  const content = contentOf(random)
  const kind = random.below(20)
  if (kind < 10) return `data: ${shape(content)}${end}${end}`
  if (kind === 10) return `data:${random.pick(texts)(content)}${end}${end}`
  if (kind === 11) return `data: ${random.pick(texts)(content)}${end}${end}`
  if (kind === 12) return `data: ${shape(content).replace(':', `:${end}data: `)}${end}${end}`
  if (kind === 13) return `: ${random.pick(comments)}${end}${random.chance(0.5) ? end : ''}`
  if (kind === 14) return `retry:${random.pick(retries)}${end}${random.chance(0.5) ? end : ''}`
  if (kind === 15) return `id: ${random.pick(ids)}${end}${random.chance(0.5) ? end : ''}`
  const data = random.chance(0.7) ? random.pick(others)(content) : random.pick(errors)
  if (kind === 16) return `event: ${random.pick(names)}${end}data: ${data}${end}${end}`
  if (kind === 17 && random.chance(0.3)) return `data: ${random.pick(endings)}${end}${end}`
  return `data: ${data}${end}${end}`
}

function contentOf(random: Random): string {
  if (random.chance(0.0001)) return JSON.stringify('long '.repeat(random.below(14_000)))
  return random.pick(random.chance(0.1) ? oddStrings : contents)
}

/** Changes, removes or repeats a few bytes. */
function mutated(whole: Uint8Array, random: Random): Uint8Array {
  let changed = whole
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const at = random.below(changed.length + 1)
    const until = Math.min(changed.length, at + random.below(4))
    const instead = random.chance(0.3)
      ? []
      : [random.pick(random.chance(0.5) ? noise : brokenBytes)]
    const tail = changed.subarray(random.chance(0.2) ? at : until)
    changed = Buffer.concat([changed.subarray(0, at), ...instead, tail])
  }
  return changed
}

/** Returns where the chunks of a stream end: after every byte, at random or regular places, or nowhere. */
export function randomEnds(length: number, random: Random): number[] {
  const ends: number[] = []
  const kind = random.below(8)
  if (kind < 2) {
    // One chunk.
  } else if (kind < 4) {
    const size = kind === 2 && length < 100 ? 1 : 2 + random.below(Math.ceil(length / 4))
    for (let at = size; at < length; at += size) ends.push(at)
  } else {
    for (let left = 1 + random.below(6); left > 0; left -= 1) ends.push(random.below(length + 1))
    ends.sort((a, b) => a - b)
  }
  ends.push(length)
  return ends
}
