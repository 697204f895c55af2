import type { VecTradeOptions } from '@vectrade/node'

/** Returns a fetch with a bad network: the bodies of its first responses break off somewhere. */
export function cuttingFetch(
  cuts: number,
  random: () => number,
): NonNullable<VecTradeOptions['fetch']> {
  let left = cuts
  return async (url, init) => {
    const response = await fetch(url, init)
    if (left === 0 || response.body === null) return response
    left -= 1
    const { status, headers } = response
    return new Response(cutBody(response.body, 200 + random() * 4000), { status, headers })
  }
}

function cutBody(body: ReadableStream<Uint8Array>, bytes: number): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let left = bytes
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        left -= value.byteLength
        if (left > 0) return controller.enqueue(value)
        await reader.cancel()
        controller.error(new TypeError('terminated'))
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
