import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { delay } from '@vectrade/test-kit/delay'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { endless, source, text } from './test-support/sources.ts'
import { fromReadableStream, toNodeReadable } from './index.ts'

describe('a readable', () => {
  test('has the events as bytes, one for each read', async () => {
    const readable = toNodeReadable(source([text('Hé'), text('llo')]))
    const chunks: Buffer[] = await Array.fromAsync(readable)
    expect(chunks.every((chunk) => chunk instanceof Uint8Array)).toBe(true)
    expect(chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual([
      'data: {"type":"text","content":"Hé"}\n\n',
      'data: {"type":"text","content":"llo"}\n\n',
      'data: [DONE]\n\n',
    ])
  })

  test('can be converted back to a stream', async () => {
    const readable = toNodeReadable(source([text('a'), text('b')]))
    const web = ReadableStream.from<Uint8Array>(readable)
    expect(await fromReadableStream(web).finalText()).toBe('ab')
  })

  test('takes no event before it is read, and few ahead of a slow writer', async () => {
    const events = source(endless(1_000))
    const readable = toNodeReadable(events)
    await delay(20)
    expect(events.taken).toBe(0)
    let written = 0
    const slow = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, callback) {
        written += 1
        // The fifth write never ends.
        if (written < 5) callback()
      },
    })
    readable.pipe(slow)
    await expectWithinASecond(() => written === 5)
    await delay(20)
    expect(events.taken).toBeLessThanOrEqual(8)
    readable.destroy()
  })

  test('of a source that fails ends with an error event, not with an error', async () => {
    const readable = toNodeReadable(source([text('a')], new Error('the secret of this server')))
    const all = Buffer.concat(await Array.fromAsync(readable)).toString()
    expect(all).toContain('event: error')
    expect(all).not.toContain('secret')
  })

  test('sends heartbeats', async () => {
    const readable = toNodeReadable(source([], 'silence'), { heartbeat: 10 })
    let beats = 0
    for await (const chunk of readable) {
      expect(String(chunk)).toBe(': heartbeat\n\n')
      beats += 1
      if (beats === 3) break
    }
    expect(readable.destroyed).toBe(true)
  })
})

describe('destroying a readable ends the source', () => {
  test.for<[string, Error | undefined]>([
    ['', undefined],
    [' with an error', new Error('mine')],
  ])('while it is silent%s', async ([, reason]) => {
    const events = source([text('a')], 'silence')
    const readable = toNodeReadable(events)
    const errors: unknown[] = []
    readable.on('error', (error) => errors.push(error))
    readable.resume()
    await expectWithinASecond(() => events.taken === 1)
    readable.destroy(reason)
    await expectWithinASecond(() => events.returned === 1 && readable.closed)
    expect(errors).toEqual(reason ? [reason] : [])
  })

  test('before it was read', async () => {
    const events = source(endless(10))
    toNodeReadable(events).destroy()
    await expectWithinASecond(() => events.returned === 1)
    expect(events.taken).toBe(0)
  })

  test('through a pipeline whose other end fails', async () => {
    const events = source(endless(10))
    const failing = new Writable({
      write: (_chunk, _encoding, callback) => callback(new Error('mine')),
    })
    await expect(pipeline(toNodeReadable(events), failing)).rejects.toThrow('mine')
    await expectWithinASecond(() => events.returned === 1)
  })
})
