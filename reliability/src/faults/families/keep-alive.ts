import { type Stage, stages } from '../answer-form.ts'
import { type Cell, whenFailed } from '../cell.ts'

/** A connection that is reused while its server closes it. */
function closedBetween(maxRetries: number): Cell[] {
  return [0, 1, 3, 10].map((ms) => ({
    family: 'keep-alive race',
    variant: `closed ${ms} ms after an answer`,
    stage: 'after done',
    expected: maxRetries > 0 ? ['complete'] : ['complete', 'ConnectionError'],
    calls: 2,
    maxRetries,
    async play(wire) {
      await wire.answer()
      if (wire.request > 1) return
      if (ms > 0) await wire.pause(ms)
      wire.close()
    },
  }))
}

/** A second answer on the connection, and a cut in it. */
function cutOnSecond(maxRetries: number, variant: 'FIN' | 'RST'): Cell[] {
  return stages.map((stage) => ({
    family: 'keep-alive race',
    variant: `${variant} in the second answer`,
    stage,
    expected: afterCut(stage, maxRetries),
    mayBeDiscarded: true,
    calls: 2,
    maxRetries,
    async play(wire) {
      if (wire.request !== 2) {
        await wire.answer()
        return
      }
      await wire.sendUpTo(stage)
      if (variant === 'RST') {
        await wire.pause(30)
        wire.reset()
      } else {
        wire.close()
      }
    },
  }))
}

function afterCut(stage: Stage, maxRetries: number): readonly string[] {
  // Some runtimes repeat the request by themselves, because nothing of an answer had come.
  const unanswered = maxRetries > 0 ? ['complete'] : ['complete', 'ConnectionError']
  return stage === 'before headers' ? unanswered : [...whenFailed(stage), ...unanswered]
}

export const keepAliveRaces: readonly Cell[] = [0, 1].flatMap((maxRetries) =>
  [
    closedBetween(maxRetries),
    cutOnSecond(maxRetries, 'FIN'),
    cutOnSecond(maxRetries, 'RST'),
  ].flat(),
)
