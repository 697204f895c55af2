import { setImmediate } from 'node:timers/promises'
import { stages } from '../answer-form.ts'
import type { Cell } from '../cell.ts'

/** A sound answer that comes byte by byte, from a stage on. */
const slices: readonly Cell[] = (['chunked', 'length', 'close'] as const).flatMap((framing) =>
  stages.map((stage): Cell => ({
    family: '1-byte slices',
    variant: framing,
    stage,
    expected: ['complete'],
    async play(wire) {
      const rest = await wire.sendUpTo(stage, { framing })
      for (const byte of rest) {
        await wire.send(Buffer.of(byte))
        await setImmediate()
      }
      wire.keepAlive()
    },
  })),
)

/** A sound answer that comes slowly, from a stage on. */
const limited: readonly Cell[] = stages.map((stage) => ({
  family: 'bandwidth limit',
  stage,
  expected: ['complete'],
  async play(wire) {
    const rest = await wire.sendUpTo(stage)
    for (let at = 0; at < rest.length && wire.isOpen; at += 50) {
      await wire.pause(100)
      await wire.send(rest.subarray(at, at + 50))
    }
    wire.keepAlive()
  },
}))

export const slow: readonly Cell[] = [...slices, ...limited]
