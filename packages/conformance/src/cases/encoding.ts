import {
  decodeEventStream,
  type EncodableMessage,
  encodeEvent,
  type SseMessage,
} from '@vectrade/core'
import { assert } from 'chai'
import encoderCases from '../data/encoder-cases.json' with { type: 'json' }
import { bodyOf, collect, utf8 } from './bytes.ts'
import { type Cases, forEach } from './cases.ts'

interface EncoderCase {
  name: string
  message: EncodableMessage
  accept: Accepted[]
}

interface Accepted {
  throws?: boolean
  events?: SseMessage[]
  retry?: number
  lastEventId?: string
  wireMustNotContain?: string
}

export function encoding(): Cases {
  return forEach(encoderCases as EncoderCase[], ({ name }) => name, check)
}

async function check({ message, accept }: EncoderCase): Promise<void> {
  let text: string
  try {
    text = encodeEvent(message)
  } catch (error) {
    assert.instanceOf(error, TypeError)
    assert(
      accept.some(({ throws }) => throws),
      'should not have been refused',
    )
    return
  }
  let retry: number | undefined
  const decoded = decodeEventStream(bodyOf([utf8(text)]), { onRetry: (ms) => (retry = ms) })
  const messages = (await collect(decoded)).map(inOrder)
  const fits = accept.some(
    (one) =>
      JSON.stringify(one.events?.map(inOrder)) === JSON.stringify(messages) &&
      one.retry === retry &&
      (one.lastEventId === undefined || one.lastEventId === decoded.lastEventId) &&
      (one.wireMustNotContain === undefined || !text.includes(one.wireMustNotContain)),
  )
  assert(fits, JSON.stringify({ text, messages, retry, accept }))
}

function inOrder({ event, data, id }: SseMessage): SseMessage {
  return { ...(event === undefined ? {} : { event }), data, ...(id === undefined ? {} : { id }) }
}
