import { decodeEventStream } from '@vectrade/core'
import { measure, report } from './measure.ts'

const mebibyte = 2 ** 20

/**
 * How the cost of one long line grows with its length, in 1 KiB chunks. Twice the line should cost
 * twice the time; a decoder that searches or copies what it has already seen takes four times.
 *
 * @returns the ratio of 16 MiB to 8 MiB
 */
export async function lineLength(): Promise<number> {
  const timings = await measure(
    [8, 16].map((size) => ({
      name: `one line of ${size} MiB`,
      run: () => decodeLine(size * mebibyte),
    })),
    25,
  )
  report('One event in 1 KiB chunks', timings)
  return timings[1]?.ratio ?? Number.NaN
}

async function decodeLine(length: number): Promise<void> {
  const payload = new Uint8Array(1024).fill(120)
  const encoder = new TextEncoder()
  let sent = -1
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent < 0) controller.enqueue(encoder.encode('data: '))
        else if (sent < length) controller.enqueue(payload)
        else {
          controller.enqueue(encoder.encode('\n\n'))
          controller.close()
        }
        sent += sent < 0 ? 1 : payload.length
      },
    },
    { highWaterMark: 0 },
  )
  let decoded = 0
  for await (const { data } of decodeEventStream(body)) decoded += data.length
  if (decoded !== length) throw new Error(`decoded ${decoded} of ${length} bytes`)
}
