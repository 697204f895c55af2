import type { Split } from '../answer.ts'
import { splitAnswer } from '../answer.ts'
import { type Stage, stages } from '../answer-form.ts'
import type { Cell } from '../cell.ts'

/** Bodies that have some 8 kB each when compressed. */
const bombs = {
  'one endless line': (): Buffer => Buffer.from(`data: ${' '.repeat(2 ** 23)}`),
  'comments only': (): Buffer => Buffer.alloc(2 ** 23, `: ${'z'.repeat(1_021)}\n`),
}

/** A small body that decompresses to a large one, from a stage on. */
export const gzipBombs: readonly Cell[] = Object.entries(bombs).flatMap(([variant, bomb]) =>
  stages.slice(1).map((stage): Cell => {
    let split: Promise<Split> | undefined
    return {
      family: 'gzip bomb',
      variant,
      stage,
      expected: expected(variant, stage),
      maxEventBytes: 2 ** 20,
      async play(wire) {
        // Created once for all runtimes.
        split ??= splitAnswer({}, stage, { coding: 'gzip', insert: bomb() })
        const { before, after } = await split
        await wire.send(before)
        await wire.send(after)
        wire.keepAlive()
      },
    }
  }),
)

function expected(variant: string, stage: Stage): readonly string[] {
  if (stage === 'after done') return ['complete']
  // Comments in the middle of an event cut off its second half.
  if (variant === 'comments only' && stage !== 'mid event') return ['complete']
  return ['StreamProtocolError']
}
