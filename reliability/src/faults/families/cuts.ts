import type { Framing } from '../answer.ts'
import { type Stage, stages } from '../answer-form.ts'
import { type Cell, whenEnded, whenFailed } from '../cell.ts'
import type { Wire } from '../wire.ts'

const framings: readonly Framing[] = ['chunked', 'length', 'close']

/** How a connection may end before its answer does. */
const ways: Record<string, (wire: Wire) => Promise<void> | void> = {
  FIN: (wire) => wire.close(),
  async RST(wire) {
    // A reset may discard unread bytes.
    await wire.pause(30)
    wire.reset()
  },
  'half-close': (wire) => wire.halfClose(),
  async 'slow close'(wire) {
    await wire.pause(400)
    wire.halfClose()
  },
}

export const cuts: readonly Cell[] = Object.entries(ways).flatMap(([family, cut]) =>
  stages.flatMap((stage) =>
    // Before the headers, all framings are the same.
    (stage === 'before headers' ? framings.slice(0, 1) : framings).map((framing): Cell => ({
      family,
      variant: stage === 'before headers' ? undefined : framing,
      stage,
      expected: afterCut(family, stage, framing),
      async play(wire) {
        await wire.sendUpTo(stage, { framing })
        await cut(wire)
      },
    })),
  ),
)

/** The same cuts before a request has come. */
export const cutsAtConnect: readonly Cell[] = (['FIN', 'RST'] as const).map((family) => ({
  family,
  variant: 'as soon as connected',
  stage: 'before headers',
  expected: ['ConnectionError'],
  onConnect: (wire) => (family === 'RST' ? wire.reset() : wire.close()),
  play: async () => {},
}))

function afterCut(family: string, stage: Stage, framing: Framing): readonly string[] {
  if (family === 'RST' && stage === 'after headers')
    return ['StreamInterruptedError', 'ConnectionError']
  // The answer has been read before a slow close.
  const isRead = family === 'slow close'
  const isWhole = family !== 'RST' && framing !== 'chunked'
  return isRead || isWhole ? whenEnded(stage) : whenFailed(stage)
}

/**
 * An answer of many packets that arrives before its reader has read much of it. The connection ends while
 * the runtime has paused reading.
 */
export const slowReaders: readonly Cell[] = (['chunked', 'length', 'close'] as const).flatMap(
  (framing): Cell[] => {
    const long = {
      variant: `a long answer with a slow reader, ${framing}`,
      slowly: true,
      times: 700,
    }
    // If the body has a length, undici treats a FIN after bytes that it has not parsed as a cut.
    const afterSlow = framing === 'length' ? whenFailed('after done') : whenEnded('after done')
    return [
      {
        ...long,
        family: 'FIN',
        stage: 'after done',
        expected: afterSlow,
        async play(wire) {
          await wire.send(await wire.sendUpTo('before headers', { framing }))
          wire.close()
        },
      },
      {
        ...long,
        family: 'slow close',
        stage: 'after done',
        expected: afterSlow,
        async play(wire) {
          await wire.send(await wire.sendUpTo('before headers', { framing }))
          await wire.pause(400)
          wire.halfClose()
        },
      },
      {
        ...long,
        family: 'FIN',
        stage: 'mid event',
        expected: ['StreamInterruptedError'],
        async play(wire) {
          const { before, after } = await wire.split('mid event', { framing })
          await wire.send(Buffer.concat([before, after.subarray(0, after.length * 0.9)]))
          wire.close()
        },
      },
    ]
  },
)
