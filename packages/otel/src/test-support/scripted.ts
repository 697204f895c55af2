import { VecTrade, type VecTradeOptions } from '@vectrade/core'

/** A client whose requests are answered in turn by these functions, and then by the last of them. */
export function scripted(
  options: Pick<VecTradeOptions, 'instrumentation'>,
  ...answers: ((url: string, init: RequestInit) => Response | Promise<Response>)[]
): VecTrade {
  let at = 0
  return new VecTrade({
    apiKey: 'vq_test',
    baseURL: 'https://api.example/v1',
    ...options,
    async fetch(url, init) {
      const answer = answers[Math.min(at, answers.length - 1)]
      at += 1
      if (answer === undefined) throw new Error('no answers')
      return answer(url, init)
    },
  })
}

/** An answer with two pieces of text. */
export const streamed = (): Response =>
  new Response(
    [
      { type: 'metadata', model: 'analyst-2' },
      { type: 'text', content: 'Up ' },
      { type: 'text', content: 'and up.' },
      { type: 'done', usage: { prompt_tokens: 3, completion_tokens: 4 } },
    ]
      .map((event) => `data: ${JSON.stringify(event)}\n\n`)
      .join(''),
    { headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req_1' } },
  )

export const inOnePiece = (): Response =>
  Response.json({ content: 'Up.', metadata: {}, usage: { prompt_tokens: 3, completion_tokens: 2 } })

export const refused = (): Response =>
  Response.json({ error: { message: 'The prompt "secret" is bad' } }, { status: 422 })
