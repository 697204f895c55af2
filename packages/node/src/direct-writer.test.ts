import { expect, test } from 'vitest'
import type { ByteSink } from '@vectrade/core/adapter'
import { DirectWriter } from './direct-writer.ts'

/** A source with a number of chunks, and an output that needs to drain after some of them. */
function writing(
  chunks: number,
  fullAfter: (written: number) => boolean,
): { writer: DirectWriter; written: number[]; ends: () => number; waiting: () => ByteSink } {
  const written: number[] = []
  let next = 0
  let ends = 0
  let sink: ByteSink | undefined
  const source = {
    pull: (target: ByteSink) => {
      sink = target
      if (next < chunks) target.enqueue(Uint8Array.of((next += 1) % 256))
    },
    cancel: () => {},
  }
  const output = {
    write: (bytes: Uint8Array) => {
      written.push(bytes[0] ?? 0)
      return !fullAfter(written.length)
    },
  }
  const writer = new DirectWriter(source, output, () => (ends += 1))
  return { writer, written, ends: () => ends, waiting: () => sink as ByteSink }
}

test('writes what is there, and then what comes', () => {
  const { writer, written, waiting, ends } = writing(2, () => false)
  writer.resume()
  expect(written).toEqual([1, 2])
  waiting().enqueue(Uint8Array.of(7))
  expect(written).toEqual([1, 2, 7])
  waiting().close()
  expect(ends()).toBe(1)
})

test('waits until the output has drained', () => {
  const { writer, written } = writing(5, (count) => count % 2 === 0)
  writer.resume()
  expect(written).toEqual([1, 2])
  writer.resume()
  expect(written).toEqual([1, 2, 3, 4])
  writer.resume()
  expect(written).toEqual([1, 2, 3, 4, 5])
})

test('does not overflow the stack', () => {
  const { writer, written } = writing(100_000, () => false)
  writer.resume()
  expect(written).toHaveLength(100_000)
})
