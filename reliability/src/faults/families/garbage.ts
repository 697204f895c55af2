import { seeded } from '@vectrade/test-kit/seeded'
import { stages } from '../answer-form.ts'
import { type Cell, whenFailed } from '../cell.ts'

const seed = 20_260_801
const random = seeded(seed)
/** Random bytes that are not HTTP. */
const garbage = Buffer.from(Array.from({ length: 2_000 }, () => Math.floor(random() * 256)))

/** Answers that continue with bytes that are not HTTP, or with fewer bytes than announced. */
export const garbled: readonly Cell[] = [
  ...stages.flatMap((stage): Cell[] => [
    {
      family: 'garbage after the status line',
      stage,
      expected: whenFailed(stage),
      async play(wire) {
        await wire.sendUpTo(stage)
        // In place of the headers, or of a chunk's head.
        if (stage === 'before headers') await wire.send('HTTP/1.1 200 OK\r\n')
        else await wire.pause(30)
        await wire.send(garbage)
        wire.halfClose()
      },
    },
  ]),
  ...(['before headers', 'after done'] as const).map((stage): Cell => ({
    family: 'garbage after the status line',
    variant: 'after a whole answer',
    stage,
    expected: stage === 'after done' ? ['complete'] : ['ConnectionError', 'complete'],
    calls: stage === 'after done' ? 1 : 2,
    async play(wire) {
      await wire.answer()
      await wire.send(garbage)
    },
  })),
  ...stages.slice(1).map((stage): Cell => ({
    family: 'truncated chunk',
    stage,
    expected: whenFailed(stage),
    async play(wire) {
      const { before } = await wire.split(stage)
      await wire.send(before)
      await wire.send(`1f4\r\n${stage === 'after done' ? ': ' : 'data: {"type":"te'}`)
      wire.halfClose()
    },
  })),
  ...stages.slice(1).map((stage): Cell => ({
    family: 'truncated chunk',
    variant: 'the head of one',
    stage,
    expected: whenFailed(stage),
    async play(wire) {
      await wire.sendUpTo(stage)
      await wire.send('1f')
      wire.halfClose()
    },
  })),
]
