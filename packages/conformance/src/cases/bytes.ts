export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

export function* every(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Returns a body that delivers one chunk per pull, and none in advance. */
export function bodyOf(
  chunks: Iterable<Uint8Array>,
  onPull: () => void = () => {},
): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]()
  return new ReadableStream(
    {
      pull(controller) {
        onPull()
        const { done, value } = iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Reads the rest of a body as text. */
export async function readText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  return await new Response(body).text()
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all = []
  for await (const one of source) all.push(one)
  return all
}
