import { chunkOf, lastChunk } from '@vectrade/test-kit/raw-server'
import { stages } from '../answer-form.ts'
import { type Cell, whenFailed } from '../cell.ts'

const all = ['gzip', 'br', 'zstd'] as const

const whole: readonly Cell[] = all.map((coding) => ({
  family: `${coding} stream`,
  variant: 'whole',
  stage: 'after done',
  expected: ['complete'],
  play: (wire) => wire.answer({ coding }),
}))

/** The HTTP body ends correctly, but the coding does not. */
const endedEarly: readonly Cell[] = all.flatMap((coding) =>
  stages.slice(1).map((stage): Cell => ({
    family: `${coding} stream`,
    variant: 'ended early',
    stage,
    expected: whenFailed(stage),
    async play(wire) {
      await wire.sendUpTo(stage, { coding })
      await wire.send(lastChunk)
      wire.keepAlive()
    },
  })),
)

const spoilt: readonly Cell[] = all.flatMap((coding) =>
  stages.slice(1).map((stage): Cell => ({
    family: `${coding} stream`,
    variant: 'spoilt',
    stage,
    expected: whenFailed(stage),
    // Ends the call if the runtime's fetch does not report this.
    limit: 'heartbeatTimeout',
    async play(wire) {
      await wire.sendUpTo(stage, { coding })
      await wire.pause(30)
      await wire.send(chunkOf(Buffer.alloc(32, 0x7f)))
      await wire.send(lastChunk)
      wire.keepAlive()
    },
  })),
)

/** Streams with a content coding: whole, ended early, and spoilt. */
export const codings: readonly Cell[] = [...whole, ...endedEarly, ...spoilt]

const thousand = `content-encoding: ${Array.from({ length: 1_000 }, () => 'gzip').join(', ')}`
const outcomes = ['ConnectionError', 'StreamInterruptedError', 'StreamProtocolError']

/** A header that asks to decode a thousand times. The body is not encoded. */
export const manyCodings: readonly Cell[] = stages.slice(1).flatMap((stage): Cell[] => [
  {
    family: '1,000 content codings',
    variant: 'then FIN',
    stage,
    expected: stage === 'after done' ? [...outcomes, 'complete'] : outcomes,
    async play(wire) {
      await wire.sendUpTo(stage, { headers: [thousand] })
      wire.halfClose()
    },
  },
  {
    family: '1,000 content codings',
    variant: 'then silence',
    stage,
    expected: [
      ...outcomes,
      stage === 'after done' ? 'complete' : 'TimeoutError (heartbeat)',
      'TimeoutError (headers)',
    ],
    limit: 'heartbeatTimeout',
    async play(wire) {
      await wire.sendUpTo(stage, { headers: [thousand] })
    },
  },
])
