import { stages } from '../answer-form.ts'
import { type Cell, whenEnded, whenFailed } from '../cell.ts'

const typed = ['ConnectionError', 'StreamInterruptedError', 'StreamProtocolError']

const interim = (status: string): string => `HTTP/1.1 ${status}\r\n\r\n`
const endless = (variant: string, line: string, start = ''): Cell => ({
  family: variant === 'endless' ? '1xx flood' : 'huge headers',
  variant,
  stage: 'before headers',
  expected: ['TimeoutError (headers)', ...typed],
  limit: 'timeout',
  async play(wire) {
    await wire.send(start)
    while (wire.isOpen) {
      await wire.send(line)
      await wire.pause(20)
    }
  },
})

/** Informational responses before the final response. */
const interims: readonly Cell[] = [
  ...['100 Continue', '102 Processing', '103 Early Hints'].flatMap((status): Cell[] => [
    {
      family: '1xx flood',
      variant: `one ${status}`,
      stage: 'before headers',
      expected: ['complete'],
      async play(wire) {
        await wire.send(interim(status))
        await wire.pause(30)
        await wire.answer()
      },
    },
    {
      family: '1xx flood',
      variant: `1,000 × ${status}`,
      stage: 'before headers',
      expected: ['complete', ...typed],
      async play(wire) {
        await wire.send(interim(status).repeat(1_000))
        await wire.answer()
      },
    },
  ]),
  endless('endless', interim('102 Processing').repeat(50)),
  {
    family: '1xx flood',
    variant: 'after a whole answer',
    stage: 'after done',
    expected: ['complete'],
    async play(wire) {
      await wire.answer()
      await wire.send(interim('102 Processing').repeat(1_000))
    },
  },
  ...stages.slice(1).map((stage): Cell => ({
    family: '1xx flood',
    variant: 'in place of a chunk',
    stage,
    expected: whenFailed(stage),
    async play(wire) {
      await wire.sendUpTo(stage)
      await wire.pause(30)
      await wire.send(interim('102 Processing').repeat(1_000))
      wire.halfClose()
    },
  })),
]

/** Heads that are much too large. */
const huge: readonly Cell[] = [
  ...Object.entries({
    'one of 1 MB': `x-large: ${'x'.repeat(2 ** 20)}`,
    '20,000 of them': Array.from({ length: 20_000 }, (_, at) => `x-${at}: ${at}`).join('\r\n'),
    'a status line of 1 MB': '',
  }).map(([variant, line]): Cell => ({
    family: 'huge headers',
    variant,
    stage: 'before headers',
    expected: ['complete', ...typed],
    async play(wire) {
      const { before, after } = await wire.split('after headers', line ? { headers: [line] } : {})
      const head = before.toString()
      await wire.send(line ? head : head.replace('OK', 'O'.repeat(2 ** 20)))
      await wire.send(after)
      wire.keepAlive()
    },
  })),
  endless('one without end', 'x'.repeat(1_000), 'HTTP/1.1 200 OK\r\nx-large: '),
  endless('without end', `x-more: ${'x'.repeat(50)}\r\n`, 'HTTP/1.1 200 OK\r\n'),
  ...stages.slice(1, -1).map((stage): Cell => ({
    family: 'huge headers',
    variant: 'of a chunk: its extension',
    stage,
    expected: ['complete', ...typed],
    async play(wire) {
      const rest = await wire.sendUpTo(stage)
      const [size, ...others] = rest.toString('latin1').split('\r\n')
      await wire.send(`${size};x=${'x'.repeat(2 ** 20)}\r\n`)
      await wire.send(Buffer.from(others.join('\r\n'), 'latin1'))
      wire.keepAlive()
    },
  })),
  {
    family: 'huge headers',
    variant: 'after the body: a trailer',
    stage: 'after done',
    expected: ['complete'],
    async play(wire) {
      await wire.sendUpTo('after done')
      await wire.send(`0\r\nx-large: ${'x'.repeat(2 ** 20)}\r\n\r\n`)
      wire.keepAlive()
    },
  },
]

const http10: readonly Cell[] = [
  ...(['close', 'length'] as const).map((framing): Cell => ({
    family: 'HTTP/1.0',
    variant: `whole, ${framing}`,
    stage: 'after done',
    expected: ['complete'],
    async play(wire) {
      await wire.send(await wire.sendUpTo('before headers', { framing, version: '1.0' }))
      wire.close()
    },
  })),
  ...stages.flatMap((stage): Cell[] => [
    {
      family: 'HTTP/1.0',
      variant: 'ended early',
      stage,
      expected: whenEnded(stage),
      async play(wire) {
        await wire.sendUpTo(stage, { framing: 'close', version: '1.0' })
        wire.halfClose()
      },
    },
    {
      family: 'HTTP/1.0',
      variant: 'then silence',
      stage,
      expected: [silent(stage)],
      limit: stage === 'before headers' ? 'timeout' : 'heartbeatTimeout',
      async play(wire) {
        await wire.sendUpTo(stage, { framing: 'close', version: '1.0' })
      },
    },
  ]),
]

function silent(stage: string): string {
  if (stage === 'after done') return 'complete'
  return stage === 'before headers' ? 'TimeoutError (headers)' : 'TimeoutError (heartbeat)'
}

export const heads: readonly Cell[] = [...interims, ...huge, ...http10]
