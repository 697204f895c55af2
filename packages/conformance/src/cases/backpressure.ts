import { fromReadableStream, toReadableStream } from '@vectrade/core'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { bodyOf, utf8 } from './bytes.ts'
import type { Cases } from './cases.ts'

const events = 100_000
/** More events than the buffers at both ends can hold. */
const unread = 3_000_000

/** Counts the chunks that are pulled, each with many events, and the events that are decoded. */
async function counting(
  read: (body: ReadableStream<Uint8Array>) => Promise<void>,
): Promise<{ pulled: number; decoded: number }> {
  const bytes = utf8('data: {"type":"text","content":"a"}\n\n'.repeat(events))
  let pulled = 0
  let decoded = 0
  const { parse } = JSON
  JSON.parse = (...parameters) => {
    decoded += 1
    return parse(...parameters)
  }
  try {
    await read(bodyOf([bytes, bytes], () => (pulled += 1)))
    // Any work in advance would have happened by now.
    await new Promise((resolve) => setTimeout(resolve, 20))
  } finally {
    JSON.parse = parse
  }
  return { pulled, decoded }
}

/** The reader sets the pace. */
export function backpressure(lab: Lab): Cases {
  return {
    async 'of 100,000 events in one chunk, one taken: nothing more is decoded or pulled'() {
      const work = await counting(async (body) => {
        const { value } = await fromReadableStream(body)[Symbol.asyncIterator]().next()
        assert.deepEqual(value, { type: 'text', content: 'a' })
      })
      assert.deepEqual(work, { pulled: 1, decoded: 1 })
    },

    async 'nor in a relay'() {
      const work = await counting(async (body) => {
        const { value } = await toReadableStream(fromReadableStream(body)).getReader().read()
        assert.include(new TextDecoder().decode(value), '"content":"a"')
      })
      assert.equal(work.pulled, 1)
      // A relay may decode what one read needs, and no more.
      assert.isAtMost(work.decoded, 2)
    },

    async 'a stream that is not used reads nothing'() {
      const work = await counting(async (body) => {
        fromReadableStream(body)
      })
      assert.deepEqual(work, { pulled: 0, decoded: 0 })
    },

    ...(lab.options.capabilities?.backpressure && { [stopsTheServer]: () => stopReading(lab) }),
  }
}

const stopsTheServer = 'a reader that stops reading stops the server'

async function stopReading(lab: Lab): Promise<void> {
  const call = await lab.ask({ events: unread, chunkBytes: 65_536 })
  const iterator = call.stream[Symbol.asyncIterator]()
  await iterator.next()
  let sent = 0
  // The buffers are full when several looks find the same number.
  for (let looks = 0; looks < 5; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const now = (await lab.seen(call))[0]?.eventsSent ?? 0
    if (now !== sent) looks = -1
    sent = now
  }
  assert.isBelow(sent, unread)
  await iterator.return?.()
  await lab.assertLeft(call)
}
