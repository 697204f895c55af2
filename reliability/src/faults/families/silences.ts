import { stages } from '../answer-form.ts'
import type { Cell } from '../cell.ts'

/** A server that sends nothing, or stops sending. */
export const silences: readonly Cell[] = [
  {
    family: 'silence before headers',
    stage: 'before headers',
    expected: ['TimeoutError (headers)'],
    limit: 'timeout',
    play: async () => {},
  },
  {
    family: 'silence before headers',
    variant: 'half a status line',
    stage: 'before headers',
    expected: ['TimeoutError (headers)'],
    limit: 'timeout',
    play: (wire) => wire.send('HTTP/1.1 2'),
  },
  {
    family: 'silence before headers',
    variant: 'a head without its end',
    stage: 'before headers',
    expected: ['TimeoutError (headers)'],
    limit: 'timeout',
    play: (wire) => wire.send('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n'),
  },
  ...stages.slice(1).flatMap((stage): Cell[] => {
    const isDone = stage === 'after done'
    return [
      {
        family: 'headers then silence',
        stage,
        expected: [isDone ? 'complete' : 'TimeoutError (heartbeat)'],
        limit: 'heartbeatTimeout',
        async play(wire) {
          await wire.sendUpTo(stage)
        },
      },
      {
        family: 'headers then silence',
        variant: 'content-length',
        stage,
        expected: [isDone ? 'complete' : 'TimeoutError (heartbeat)'],
        limit: 'heartbeatTimeout',
        async play(wire) {
          await wire.sendUpTo(stage, { framing: 'length' })
          // The server has already sent the whole answer.
          if (isDone) wire.keepAlive()
        },
      },
      {
        family: 'headers then silence',
        variant: 'with heartbeats',
        stage,
        expected: [isDone ? 'complete' : 'TimeoutError (idle)'],
        limit: 'idleTimeout',
        async play(wire) {
          await wire.sendUpTo(stage, { framing: 'close' })
          while (wire.isOpen) {
            await wire.pause(50)
            await wire.send(': still here\n')
          }
        },
      },
    ]
  }),
]
