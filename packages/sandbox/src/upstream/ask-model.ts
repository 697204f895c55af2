import { decodeEventStream } from '@vectrade/core'
import { within } from '@vectrade/core/adapter'
import type { AnalysisInput } from '../analysis.ts'
import type { AnswerEvent, TokenUsage } from '../answer-event.ts'
import { Refusal } from '../refusal.ts'
import { symbolsOf } from '../symbols.ts'
import { type ChatChunk, readChunk } from './chat-chunk.ts'
import { LinkScanner } from './link-scanner.ts'
import { readText } from './read-text.ts'
import { sendQuestion } from './send-question.ts'
import { cutShort, tooLong, unknownAnswer } from './upstream-failure.ts'
import type { UpstreamSettings } from './upstream-options.ts'

/** How long to wait for the usage, which comes after the end of the text, in ms. */
const afterEnd = 2_000
/** The most bytes of a message, and the most characters of an answer, which is kept for repeats. */
const mostBytes = 16 * 2 ** 20

/**
 * Asks the model, and yields the events of its answer. Reads from the server only on demand.
 *
 * @param signal aborting it ends the request to the server
 * @throws Refusal if the answer fails. Aborting throws any error.
 */
export async function* askModel(
  settings: UpstreamSettings,
  input: AnalysisInput,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent, void> {
  const response = await sendQuestion(settings, input, signal)
  const links = new LinkScanner()
  let usage: TokenUsage | undefined
  let finishReason = ''
  let length = 0
  let isLabelled = false
  for await (const chunk of chunksOf(response)) {
    // After the first chunk, because an error can come instead.
    if (!isLabelled) yield metadata(settings, input)
    isLabelled = true
    length += chunk.text.length + chunk.reasoning.length
    if (length > mostBytes) throw tooLong()
    if (chunk.reasoning !== '') yield { type: 'reasoning', text: chunk.reasoning }
    yield* links.scan(chunk.text)
    usage = chunk.usage ?? usage
    finishReason ||= chunk.finishReason ?? ''
  }
  if (!isLabelled) yield metadata(settings, input)
  const isCut = finishReason === 'length' || finishReason === 'content_filter'
  yield {
    type: 'done',
    ...(usage && { usage }),
    ...(isCut && { finish_reason: finishReason }),
  }
}

function metadata({ model }: UpstreamSettings, input: AnalysisInput): AnswerEvent {
  const fields = {
    model,
    simulated: false,
    origin: 'upstream',
    notice: `Written by the model "${model}" and passed on by the VecTrade sandbox. VecTrade did not write it. The sandbox checked neither the text nor its sources, and read no market data.`,
    symbols: symbolsOf(input.prompt, input.symbols),
  }
  return { type: 'metadata', fields }
}

async function* chunksOf(response: Response): AsyncGenerator<ChatChunk, void> {
  const type = response.headers.get('content-type') ?? ''
  const { body } = response
  if (body === null || /^text\/html/i.test(type)) throw unknownAnswer()
  if (/^[^;]*[/+]json/i.test(type)) yield await wholeCompletion(body)
  else yield* chunksOfStream(body)
}

/** Some servers send a whole completion although a stream was asked for. */
async function wholeCompletion(body: ReadableStream<Uint8Array>): Promise<ChatChunk> {
  const text = await readText(body, mostBytes).catch(() => {
    throw cutShort()
  })
  const chunk = readChunk(text ?? '')
  if (!chunk.hasChoice) throw unknownAnswer()
  return chunk
}

async function* chunksOfStream(body: ReadableStream<Uint8Array>): AsyncGenerator<ChatChunk, void> {
  const messages = decodeEventStream(body, { maxEventBytes: mostBytes })[Symbol.asyncIterator]()
  let hasText = false
  let isComplete = false
  let hasFinished = false
  try {
    for (;;) {
      const next = messages.next()
      // Some servers send no [DONE], and some of those keep the connection open.
      const result = hasFinished ? await within(next, afterEnd) : await next
      if (result === undefined || result.done) break
      const { event, data } = result.value
      if (data.trim() === '') continue
      if (data.trim() === '[DONE]') {
        isComplete = true
        break
      }
      const chunk = readChunk(data, event === 'error')
      hasFinished ||= chunk.finishReason !== undefined
      isComplete ||= hasFinished || (chunk.usage !== undefined && !chunk.hasChoice)
      hasText ||= chunk.hasChoice
      // Any other JSON is not part of an answer.
      if (chunk.hasChoice || chunk.usage) yield chunk
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    // Some servers drop the connection after the last part.
    if (!hasFinished) throw cutShort()
  } finally {
    void messages.return?.()
  }
  if (!isComplete) throw hasText ? cutShort() : unknownAnswer()
}
