import { expect, test } from 'vitest'
import { ConnectionError, StreamInterruptedError } from '../index.ts'
import { Body, catchError, sse, text } from '../test-support/body.ts'
import { scripted, unreachable } from '../test-support/scripted.ts'

const mapped = new Error('mapped')
const runtime = { toCause: (): unknown => mapped }
const once = { maxRetries: 0 }
const broken =
  (type: string, ...chunks: string[]) =>
  (): Response =>
    new Response(new Body(chunks, new Error('reset')).stream, { headers: { 'content-type': type } })

test('the runtime maps what fetch threw', async () => {
  const { client } = scripted([unreachable], once, runtime)
  const error = await catchError(client.ai.stream('p').finalText())
  expect(error).toBeInstanceOf(ConnectionError)
  expect(error).toMatchObject({ cause: mapped })
})

test('the runtime maps what the body of a stream threw', async () => {
  const { client } = scripted([broken('text/event-stream', sse(text('a')))], once, runtime)
  const error = await catchError(client.ai.stream('p').finalText())
  expect(error).toBeInstanceOf(StreamInterruptedError)
  expect(error).toMatchObject({ cause: mapped, partial: { text: 'a' } })
})

test('the runtime maps what the body of a JSON answer threw', async () => {
  const { client } = scripted([broken('application/json', '{')], once, runtime)
  const error = await catchError(client.ai.analyze('p'))
  expect(error).toBeInstanceOf(StreamInterruptedError)
  expect(error).toMatchObject({ cause: mapped })
})

test('without a mapping, the cause is what was thrown', async () => {
  const { client } = scripted([unreachable, broken('text/event-stream')], once)
  const refused = await catchError(client.ai.stream('p').finalText())
  expect(refused).toMatchObject({ cause: { message: 'fetch failed' } })
  const cut = await catchError(client.ai.stream('p').finalText())
  expect(cut).toMatchObject({ cause: { message: 'reset' } })
})
