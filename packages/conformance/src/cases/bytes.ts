export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

export function* every(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A body that hands over one chunk per pull, and none ahead. */
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

/** What is left of a body, as text; by `getReader`, the one way every runtime has. */
export async function readText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  return await new Response(body).text()
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all = []
  for await (const one of source) all.push(one)
  return all
}
